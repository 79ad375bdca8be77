"""Runs here what the containers of deploy/compose.yml run, and asks what the probes of deploy/kubernetes ask: secrets
made by the commands of the file, a PostgreSQL, three servers that start at once on an empty database, a balancer."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import files

POSTGRESQL = Path("/usr/lib/postgresql/15/bin")
PATIENCE_SECONDS = 60
# Neither PostgreSQL nor the server runs as root.
USER = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def live(program, folder):
    with contextlib.ExitStack() as stack:
        secrets = make_secrets(folder)
        programs = install_programs(program, folder)
        database = stack.enter_context(Database(folder, secrets))
        servers = [Server(folder / name, programs, secrets, database) for name in server_names()]
        for server in servers:
            stack.enter_context(server)
        for server in servers:
            server.wait()
        balancer = stack.enter_context(Balancer(folder, servers, secrets))
        check_probes(servers)
        check_installation(servers)
        check_lost_server(servers, balancer)
        check_lost_database(servers, balancer, database)
        check_end(servers, secrets)


def server_names():
    return [name for name in files.compose()["services"] if re.fullmatch(r"tms\d", name)]


def make_secrets(folder):
    """By the commands in compose.yml, but for owners, which containers have."""
    secrets = made(folder / "secrets")
    text = re.sub(r"\\\n#\s*", "", (files.DEPLOY / "compose.yml").read_text())
    commands = re.findall(r"^#\s+(openssl .*)$", text, re.M)
    subprocess.run(["sh", "-ec", "\n".join(commands)], cwd=secrets, check=True, capture_output=True, timeout=60)
    wanted = {Path(secret["file"]).name for secret in files.compose()["secrets"].values()}
    expect({path.name for path in secrets.iterdir()} == wanted, f"compose.yml: its commands do not make {wanted}")
    for path in secrets.iterdir():
        own(path)
        path.chmod(0o400)
    return secrets


def install_programs(program, folder):
    """In a folder that the servers' user can get to."""
    programs = made(folder / "bin")
    shutil.copy2(program, programs / "tms-server")
    shutil.copy2(files.DEPLOY / "tms-container", programs)
    return programs


def made(path):
    path.mkdir(parents=True)
    own(path)
    return path


def own(path):
    if USER:
        shutil.chown(path, USER["user"], USER["group"])


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def expect(condition, otherwise):
    if not condition:
        raise SystemExit(f"check-deploy: {otherwise}")


def wait_until(condition, otherwise, seconds=PATIENCE_SECONDS):
    deadline = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < deadline, otherwise)
        time.sleep(0.05)


class Process:
    """A program with its output in a file, ended at the latest with the check."""

    stop_signal = signal.SIGTERM

    def start(self, command, log_path, environment=None):
        self.log_path = log_path
        with open(log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                                            **USER)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def stop(self, seconds=PATIENCE_SECONDS):
        """Returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def __exit__(self, *_):
        self.stop()


class Database(Process):
    stop_signal = signal.SIGINT

    def __init__(self, folder, secrets):
        self.folder = made(folder / "postgres")
        self.secrets = secrets
        self.port = free_port()
        self.address = f"postgresql://tms@127.0.0.1:{self.port}/tms?target_session_attrs=read-write"

    def __enter__(self):
        self._run(POSTGRESQL / "initdb", "--pgdata", self.folder / "data", "--username=postgres", "--encoding=UTF8",
                  "--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync")
        self.begin()
        text = (files.DEPLOY / "compose/database.sql").read_text().replace("/run/secrets", str(self.secrets))
        self._run("psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--host", self.folder, f"--port={self.port}",
                  "--username=postgres", stdin=text)
        return self

    def begin(self):
        options, = (service["command"][1:] for name, service in files.compose()["services"].items()
                    if name == "postgres")
        self.start([POSTGRESQL / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder,
                    "-c", "listen_addresses=127.0.0.1", *options], self.folder / "log")
        # The check of compose.yml, with this one's port.
        check = files.compose()["services"]["postgres"]["healthcheck"]["test"][1:]
        wait_until(lambda: subprocess.run([*check, f"--port={self.port}"]).returncode == 0, "no PostgreSQL")

    def _run(self, *command, stdin=None):
        done = subprocess.run(command, input=stdin or "", capture_output=True, text=True, timeout=60, cwd=self.folder,
                              **USER)
        expect(done.returncode == 0, f"{command[0]}: status {done.returncode}\n{done.stderr}")

    def signal_all(self, number):
        """To the server and its sessions."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in [self.process.pid, *map(int, children)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


class Server(Process):
    """One container: the image's variables and command, below a folder that stands for the container's file system."""

    def __init__(self, folder, programs, secrets, database):
        self.folder = made(folder)
        inside = files.image()["variables"]
        variables = {name: f"{folder}{path}" for name, path in inside.items()}
        variables["SECRETS_DIR"] = str(secrets)
        own_parents(Path(variables["TMS_ROOT_DIR"]).parent, folder)
        configuration = made(Path(variables["CONFIG_DIR"]))
        shutil.copy2(files.DEPLOY / "compose/tms.toml", configuration)
        self.environment = {
            **variables, "PATH": f"{programs}:{os.environ['PATH']}", "TMS_DATABASE_URL": database.address,
            "TMS_HTTP_ADDR": "https://127.0.0.1", "TMS_HTTP_PORT": "0", "TMS_RSA_PAIRS": "0", "TMS_ECDSA_PAIRS": "0",
        }
        self.trust = ssl.create_default_context(cafile=secrets / "tls.crt")
        self.trust.check_hostname = False

    def __enter__(self):
        self.start(files.image()["entry"] + files.compose()["services"]["tms1"]["command"], self.folder / "log",
                   self.environment)
        return self

    def wait(self):
        wait_until(lambda: self.process.poll() is not None or "listening on https://" in self.log(), "no server")
        expect(self.process.poll() is None, f"a server did not start:\n{self.log()}")
        self.address = re.search(r"^listening on https://(\S+)$", self.log(), re.M)[1]

    def run(self, *command):
        """As `docker compose exec` and `kubectl exec` do."""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, **USER)

    def get(self, path, seconds=PATIENCE_SECONDS, headers=None):
        return get(self.address, path, self.trust, seconds, headers)


def own_parents(path, top):
    path.mkdir(parents=True, exist_ok=True)
    while path != top:
        own(path)
        path = path.parent


def get(address, path, trust, seconds=PATIENCE_SECONDS, headers=None):
    """Status and body; None where there is no answer in time."""
    request = urllib.request.Request(f"https://{address}{path}", headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=seconds, context=trust) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return None, ""


class Balancer(Process):
    def __init__(self, folder, servers, secrets):
        self.folder = made(folder / "balancer")
        self.address = f"127.0.0.1:{free_port()}"
        self.trust = servers[0].trust
        text = (files.DEPLOY / "compose/haproxy.cfg").read_text()
        text = re.sub(r"bind :\d+", f"bind {self.address}", text)
        # As many as this machine's limit of open files surely allows.
        text = re.sub(r"maxconn \d+", "maxconn 100", text)
        for name, server in zip(server_names(), servers):
            text = re.sub(rf"\b{name}:\d+", server.address, text)
        (self.folder / "haproxy.cfg").write_text(text)

    def __enter__(self):
        self.start(["haproxy", "-db", "-f", self.folder / "haproxy.cfg"], self.folder / "log")
        wait_until(lambda: self.process.poll() is not None or self.get("/readyz")[0] == 200,
                   "no server behind the balancer is ready")
        expect(self.process.poll() is None, f"the balancer did not start:\n{self.log()}")
        return self

    def get(self, path):
        return get(self.address, path, self.trust, 5)


# What is to hold


def probe(name):
    found = files.server()[name]
    return found["httpGet"]["path"], found["timeoutSeconds"]


def check_probes(servers):
    for server in servers:
        for name in files.probes():
            path, seconds = probe(name)
            status, body = server.get(path)
            expect(status == 200, f"{name} asks for {path} and gets {status}: {body}")
    test = files.compose()["services"]["tms1"]["healthcheck"]["test"]
    expect(test[0] == "CMD-SHELL", "the health check of compose.yml is to be a shell's")
    done = servers[0].run("sh", "-c", test[1].replace("$$", "$"))
    expect(done.returncode == 0, f"the health check of compose.yml: {done.stderr}")


def check_installation(servers):
    first, second, _ = servers
    done = first.run("tms-container", "install")
    secrets = re.findall(r"^Administrator Password: (\w+)$", done.stdout, re.M)
    expect(done.returncode == 0 and len(secrets) == 2, f"tms-container install: {done.stdout}{done.stderr}")
    again = second.run("tms-container", "install")
    expect(again.returncode == 1 and "already" in again.stderr, f"a second installation: {again.stdout}{again.stderr}")
    for server in servers:
        left = [path.name for path in Path(server.environment["TMS_ROOT_DIR"]).parent.iterdir()]
        expect(left == ["root"], f"beside a server's root folder there is {left}")
        headers = {"X-TMS-TENANT": "default", "X-TMS-ADMIN-ID": "~~admin", "X-TMS-ADMIN-SECRET": secrets[0]}
        status, body = server.get("/v1/tms/tenants/list", headers=headers)
        expect(status == 200 and json.loads(body)["num_tenants"] == 2, f"an administrator's list: {status} {body}")
        expect(not any(secret in server.log() for secret in secrets), "a secret is in a server's log")


def check_lost_server(servers, balancer):
    lost = servers.pop(0)
    lost.process.kill()
    lost.process.wait()
    # Until the balancer has noticed, it tries another one.
    for _ in range(30):
        status, body = balancer.get("/v1/tms/version")
        expect(status == 200, f"after the loss of a server the balancer answers {status}: {body}")
        time.sleep(0.1)


def check_lost_database(servers, balancer, database):
    path, seconds = probe("livenessProbe")
    readiness, _ = probe("readinessProbe")
    database.signal_all(signal.SIGSTOP)
    try:
        for server in servers:
            status, _ = server.get(readiness, 1)
            expect(status != 200, "a server is ready while the database hangs")
            for _ in range(5):
                status, _ = server.get(path, seconds)
                expect(status == 200, "a server whose database hangs would be killed")
    finally:
        database.signal_all(signal.SIGCONT)
    database.process.send_signal(signal.SIGQUIT)
    database.process.wait()
    for server in servers:
        wait_until(lambda: server.get(readiness)[0] == 503, "a server without a database is ready")
        status, _ = server.get(path, seconds)
        expect(status == 200, "a server without a database would be killed")
    # The balancer's checks take it two seconds to notice.
    for _ in range(30):
        status, body = balancer.get("/readyz")
        expect(status == 503, f"without a database the balancer answers {status}: {body}")
        time.sleep(0.1)
    database.begin()
    for server in servers:
        wait_until(lambda: server.get(readiness)[0] == 200, "a server whose database is back is not ready")
    wait_until(lambda: balancer.get("/readyz")[0] == 200, "the balancer has no server whose database is back")


def check_end(servers, secrets):
    password = (secrets / "database_password").read_text().strip()
    for server in servers:
        status = server.stop(files.pod()["spec"]["terminationGracePeriodSeconds"])
        expect(status == 0, f"a server that is stopped ends with {status}:\n{server.log()[-2000:]}")
        expect(password not in server.log(), "the database's password is in a server's log")
