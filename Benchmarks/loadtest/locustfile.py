"""GET of the version by Locust's faster client."""

from locust import FastHttpUser, task


class Caller(FastHttpUser):
    @task
    def version(self):
        self.client.get("/v1/tms/version")
