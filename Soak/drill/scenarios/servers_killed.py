"""Each server is killed in turn, and started again 2 s later.

The other two go on as if nothing had happened: not one request of theirs is refused.
"""

EXPECTS = "no refusal by the others"


def run(site):
    for number, server in enumerate(site.servers):
        with site.outage(f"server {number} killed", number):
            server.kill()
            site.calm(2)
            server.start()
        site.calm(2)
    site.expect_harm()
