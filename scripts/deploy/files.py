"""What can be said of the files in deploy/ without running them: their form, and that they agree with each other and
with the server."""

import configparser
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import kubernetes_validate
import yaml

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
UNIT = DEPLOY / "tms-server.service"
KUBERNETES_VERSION = "1.30"
# Which is no schema of Kubernetes' own.
KUSTOMIZATION = "kustomization.yaml"
# Read by tms-container and the server, and by nobody but tms-container.
CONTAINER_VARIABLES = {"TMS_ROOT_DIR", "CONFIG_DIR", "SECRETS_DIR"}
POSTGRES_VARIABLES = {"POSTGRES_PASSWORD_FILE"}
# A registry's tag that says which version: at least major.minor, and no word alone.
PINNED = re.compile(r"^[\w./-]+:\d+\.\d+[\w.-]*$")
# What every Debian image has.
BASE_PACKAGES = {"libc6", "libgcc-s1"}


def compose():
    return yaml.safe_load((DEPLOY / "compose.yml").read_text())


def manifests():
    """By file name the documents of deploy/kubernetes."""
    return {path.name: list(yaml.safe_load_all(path.read_text()))
            for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))}


def deployment():
    found, = (document for documents in manifests().values() for document in documents
              if document["kind"] == "Deployment")
    return found


def settings(name):
    """Of a folder of deploy/ the servers' configuration."""
    return tomllib.loads((DEPLOY / name / "tms.toml").read_text())


def unit():
    """The sections of the systemd unit."""
    sections = configparser.ConfigParser(interpolation=None)
    sections.optionxform = str
    sections.read(UNIT)
    return sections


def image():
    """The second stage of the Dockerfile: its variables, its command, its packages and its port."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    stage = text[text.rindex("\nFROM "):]
    arguments = {word: yaml.safe_load(rest) for word, rest in re.findall(r"^(ENTRYPOINT|CMD) (.*)$", stage, re.M)}
    return {
        "from": re.findall(r"^FROM (\S+)", text, re.M),
        "variables": dict(pair.split("=") for pair in re.search(r"^ENV (.*)$", stage, re.M)[1].split()),
        "command": arguments["ENTRYPOINT"] + arguments["CMD"],
        "entry": arguments["ENTRYPOINT"],
        "packages": {word for word in re.search(r"apt-get install (.*?) &&", stage)[1].split() if word[0] != "-"},
        "user": re.search(r"^USER (\S+)$", stage, re.M)[1],
        "port": int(re.search(r"^EXPOSE (\d+)$", stage, re.M)[1]),
    }


def faults(program, folder):
    # What has not the form cannot be held against anything.
    return [*form_faults()] or [
        *selector_faults(), *image_faults(program), *secret_faults(), *port_faults(), *time_faults(program, folder),
        *open_file_faults(program, folder), *unit_faults(program, folder), *setting_faults(program, folder),
        *build_info_faults(folder)]


def form_faults():
    for name, documents in manifests().items():
        for document in documents:
            if name == KUSTOMIZATION:
                listed = {*document["resources"], KUSTOMIZATION}
                if listed != manifests().keys():
                    yield f"{name} lists {sorted(listed)}, the folder has {sorted(manifests())}"
                image, = document["images"]
                if image["name"] != server()["image"].rpartition(":")[0]:
                    yield f"{name}: no container has the image {image['name']}, whose name and tag would be set"
                continue
            try:
                kubernetes_validate.validate(document, KUBERNETES_VERSION, strict=True)
            except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
                yield f"{name}: {error.message}"


def selector_faults():
    labels = pod()["metadata"]["labels"]
    for place, selector in selectors():
        if not selector.items() <= labels.items():
            yield f"{place}: selects {selector}, the servers have {labels}"


def pod():
    return deployment()["spec"]["template"]


def server():
    container, = pod()["spec"]["containers"]
    return container


def selectors():
    for name, documents in manifests().items():
        for document in documents:
            spec = document.get("spec", {})
            found = spec.get("podSelector") or spec.get("selector")
            if found:
                yield name, found.get("matchLabels", found)
    for constraint in pod()["spec"]["topologySpreadConstraints"]:
        yield "a topologySpreadConstraint", constraint["labelSelector"]["matchLabels"]


def image_faults(program):
    if int(image()["user"].split(":")[0]) != pod()["spec"]["securityContext"]["runAsUser"]:
        yield "deployment.yaml: runAsUser is not the Dockerfile's USER"
    used = [*image()["from"], server()["image"], *(service["image"] for service in compose()["services"].values()
                                                   if "build" not in service)]
    yield from (f"image {name} is not pinned to a version" for name in used if not PINNED.match(name))
    # By package what the program is linked with, of the libraries that Debian has.
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "--dynamic", program))
    paths = dict(re.findall(r"^\s*(\S+) => (/(?:usr/)?lib/\S+)", run("ldd", program), re.M))
    for library in needed:
        if library not in paths:
            continue
        package = run("dpkg", "--search", f"*/{Path(paths[library]).resolve().name}").split(":")[0]
        if package not in image()["packages"] | BASE_PACKAGES:
            yield f"Dockerfile: the program needs {library}, of the package {package}"


def secret_faults():
    composed = compose()
    for name, secret in composed["secrets"].items():
        if set(secret) != {"file"}:
            yield f"compose.yml: the secret {name} is not a file"
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text()
    for name, secret in composed["secrets"].items():
        if str(Path("deploy", secret["file"]).parent) not in ignored:
            yield f"Dockerfile.dockerignore: the secret {name} would become part of the image"
    used = {name for service in composed["services"].values() for name in service.get("secrets", [])}
    if used != composed["secrets"].keys():
        yield f"compose.yml: secrets {sorted(composed['secrets'])}, used are {sorted(used)}"
    # What the script reads is mounted, on both.
    read = set(re.findall(r"\$SECRETS_DIR/([\w.]+)\"", (DEPLOY / "tms-container").read_text()))
    volume, = (volume for volume in pod()["spec"]["volumes"] if "projected" in volume)
    projected = {item["path"] for source in volume["projected"]["sources"] for item in source["secret"]["items"]}
    composed_ones = set(composed["services"]["tms1"]["secrets"])
    for place, mounted in (("compose.yml", composed_ones), ("deployment.yaml", projected)):
        if mounted != read:
            yield f"{place}: mounts the secrets {sorted(mounted)}, tms-container reads {sorted(read)}"
    mounts = {mount["mountPath"] for mount in server()["volumeMounts"]}
    for variable, folder in image()["variables"].items():
        if folder not in mounts and str(Path(folder).parent) not in mounts:
            yield f"deployment.yaml: nothing is mounted at {folder}, which is {variable}"


def port_faults():
    port = image()["port"]
    balancer = (DEPLOY / "compose/haproxy.cfg").read_text()
    named = {
        "compose/tms.toml": {settings("compose")["http_port"]},
        "kubernetes/tms.toml": {settings("kubernetes")["http_port"]},
        "deployment.yaml": {entry["containerPort"] for entry in server()["ports"]},
        "network.yaml": {entry["port"] for rule in policy()["spec"]["ingress"] for entry in rule["ports"]},
        "haproxy.cfg": {int(found) for found in re.findall(r"tms\d:(\d+)", balancer)},
    }
    yield from (f"{place} has the port {sorted(ports)}, the image {port}" for place, ports in named.items()
                if ports != {port})
    services = compose()["services"]
    balanced = re.findall(r"^ +server (tms\d)\S* (tms\d):\d+", balancer, re.M)
    # Each one twice: as one that is ready, and as one that is not.
    if balanced != 2 * [(name, name) for name in services if name.startswith("tms")]:
        yield f"haproxy.cfg knows the servers {balanced}"
    bound = re.search(r"bind :(\d+)", balancer)[1]
    if [entry.split(":")[1] for entry in services["balancer"]["ports"]] != [bound]:
        yield f"compose.yml: the balancer is bound to {bound}"
    names = {entry["name"] for entry in server()["ports"]}
    probed = {server()[probe]["httpGet"]["port"] for probe in probes()}
    targets = {entry["targetPort"] for document in manifests()["service.yaml"] for entry in document["spec"]["ports"]}
    if not probed | targets <= names:
        yield f"the container's ports are {sorted(names)}, asked for are {sorted(probed | targets)}"


def probes():
    return [key for key in server() if key.endswith("Probe")]


def policy():
    found, = manifests()["network.yaml"]
    return found


def time_faults(program, folder):
    """A server may take as long to stop as it waits for requests in hand, and for its last statement."""
    known = {**defaults(program, folder), **settings("kubernetes")}
    last_seconds = (known["database_statement_milliseconds_max"] + known["database_network_milliseconds_max"]) / 1000
    stop_seconds = known["shutdown_timeout_seconds"] + last_seconds
    if int(unit()["Service"]["TimeoutStopSec"]) < stop_seconds:
        yield f"tms-server.service: TimeoutStopSec must be at least {stop_seconds:.0f}"
    pause_seconds = int(server()["lifecycle"]["preStop"]["exec"]["command"][-1])
    if pod()["spec"]["terminationGracePeriodSeconds"] < pause_seconds + stop_seconds:
        yield f"deployment.yaml: terminationGracePeriodSeconds must be at least {pause_seconds + stop_seconds:.0f}"
    grace = compose()["services"]["tms1"]["stop_grace_period"]
    if int(grace.removesuffix("s")) < stop_seconds:
        yield f"compose.yml: stop_grace_period must be at least {stop_seconds:.0f} s"
    # Each server has its writers, readers and lists, and one that listens; one that starts has one more.
    each = known["database_writers"] + known["database_readers"] + known["list_threads"] + 1
    most = int(re.search(r"max_connections=(\d+)", " ".join(compose()["services"]["postgres"]["command"]))[1])
    if most < 3 * (each + 1):
        yield f"compose.yml: three servers have up to {3 * (each + 1)} connections, max_connections is {most}"
    timeout = int(re.search(r"timeout client (\d+)s", (DEPLOY / "compose/haproxy.cfg").read_text())[1])
    if timeout <= known["idle_timeout_seconds"]:
        yield "haproxy.cfg: the balancer would close idle connections before the servers do"


def open_file_faults(program, folder):
    """A connection is an open file, and the database has its own."""
    least = defaults(program, folder)["connections_max"] + 1000
    allowed = {"compose.yml": compose()["services"]["tms1"]["ulimits"]["nofile"],
               "tms-server.service": int(unit()["Service"]["LimitNOFILE"])}
    yield from (f"{place}: of {number} open files connections_max and the rest may need {least}"
                for place, number in allowed.items() if number < least)


def unit_faults(program, folder):
    service = unit()["Service"]
    command = service["ExecStart"].split()
    if service["ReadWritePaths"] != command[command.index("--root-dir") + 1]:
        yield "tms-server.service: ReadWritePaths is not the root folder of ExecStart"
    if not shutil.which("systemd-analyze"):
        return
    copy = folder / UNIT.name
    copy.write_text(UNIT.read_text().replace(command[0], str(program)))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True, timeout=60)
    # It also says what it thinks of this machine's own units. What it does not know is no error to it.
    yield from (line for line in done.stderr.splitlines() if UNIT.name in line)


def build_info_faults(folder):
    """Where a build has no git, as in an image, it must not say that nothing was changed."""
    facts = dict(line.split("=") for line in run(DEPLOY.parent / "scripts/build-info", cwd=folder).splitlines())
    yield from (f"build-info: without git {name} is {value}" for name, value in facts.items() if value != "unknown")


def defaults(program, folder):
    """The keys of the server's configuration, as the template that it installs has them."""
    root = folder / "installed"
    if not root.exists():
        run(program, "install", "--root-dir", root, "--allow-root")
    template = (root / "config/tms.toml").read_text()
    return tomllib.loads(re.sub(r"^#(\w+ = )", r"\1", template, flags=re.M))


def setting_faults(program, folder):
    known = defaults(program, folder)
    for name in ("compose", "kubernetes"):
        yield from (f"{name}/tms.toml: there is no key {key}" for key in settings(name) if key not in known)
        if re.search(r"//[^@/]*:[^@/]*@|password=", settings(name)["database_url"]):
            yield f"{name}/tms.toml: database_url must not have the password"
    allowed = CONTAINER_VARIABLES | POSTGRES_VARIABLES | {f"TMS_{key.upper()}" for key in known}
    named = {*image()["variables"], *(entry["name"] for entry in server().get("env", []))}
    for service in compose()["services"].values():
        named |= service.get("environment", {}).keys()
    named |= set(re.findall(r"\bTMS_[A-Z_]+", (DEPLOY / "tms-container").read_text()))
    yield from (f"nobody reads the environment variable {name}" for name in sorted(named - allowed))
    yield from (f"the environment variable {name} would hold a secret" for name in sorted(named)
                if re.search("PASSWORD|SECRET", name) and not re.search("_(FILE|DIR)$", name))


def run(*command, cwd=None):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stderr}")
    return done.stdout
