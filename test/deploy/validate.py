"""Renders the Helm chart with Helm itself and holds every manifest to the schema of its kind. scripts/check-deploy.mjs
makes the environment for it.

usage: validate.py REPOSITORY KSERVE_WHEEL [FOLDER_OF_CRDS]

Kubernetes' kinds are held to Kubernetes' JSON schemas (kubernetes-validate), strictly: a field that they do not know is a
fault. KServe's are held to the models of its Python package, made of the same Go types as its CRDs. A folder with the
definitions of custom resources, where one is given, is held to as well; kinds without any schema are told.
"""
import ast
import pathlib
import subprocess
import sys
import zipfile

import helm_python as helm
import jsonschema
import kubernetes_validate
import yaml

VERSIONS = ("1.29", "1.33")
repository = pathlib.Path(sys.argv[1])
deploy = repository / "deploy"
faults = []
checked = {}
without_schema = set()


def kserve_models(wheel):
    """Per class: the type of each field by its name in JSON."""
    models = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if not name.startswith("kserve/models/") or not name.endswith(".py"):
                continue
            for node in ast.parse(archive.read(name)).body:
                if isinstance(node, ast.ClassDef):
                    parts = {
                        each.targets[0].id: ast.literal_eval(each.value)
                        for each in node.body
                        if isinstance(each, ast.Assign)
                        and getattr(each.targets[0], "id", "") in ("openapi_types", "attribute_map")
                    }
                    if len(parts) == 2:
                        json_names = parts["attribute_map"]
                        models[node.name] = {json_names[k]: v for k, v in parts["openapi_types"].items()}
    return models


PLAIN = {"str": str, "int": int, "bool": bool, "float": (int, float)}
KSERVE = kserve_models(sys.argv[2])


def check_kserve(value, kind, place):
    """Yields what is wrong with a value of a type as KServe's models spell it."""
    if kind.startswith("list["):
        if not isinstance(value, list):
            yield f"{place}: {value!r} is no list"
            return
        for index, each in enumerate(value):
            yield from check_kserve(each, kind[5:-1], f"{place}[{index}]")
    elif kind.startswith("dict("):
        of = kind[5:-1].split(",", 1)[1].strip()
        for key, each in value.items():
            yield from check_kserve(each, of, f"{place}.{key}")
    elif kind in KSERVE:
        if not isinstance(value, dict):
            yield f"{place}: {value!r} is no {kind}"
            return
        for key, each in value.items():
            if key not in KSERVE[kind]:
                yield f"{place}: {kind} has no {key}"
            else:
                yield from check_kserve(each, KSERVE[kind][key], f"{place}.{key}")
    elif kind in PLAIN:
        if not isinstance(value, PLAIN[kind]) or (kind == "int" and isinstance(value, bool)):
            yield f"{place}: {value!r} is no {kind}"
    # Kubernetes' own types (V1Container and so on): see check_pod.


def check_pod(spec, place):
    """The parts of a KServe kind that are a pod, held to Kubernetes' schema."""
    pod = {k: spec[k] for k in ("volumes", "nodeSelector", "tolerations", "securityContext") if k in spec}
    own = {"modelFormat", "runtime", "protocolVersion", "storageUri", "storage", "args"}
    containers = list(spec.get("containers", []))
    if "model" in spec:
        containers.append({k: v for k, v in spec["model"].items() if k not in own})
    named = [{"name": "model", "image": "none", **each} for each in containers]
    if named:
        manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {**pod, "containers": named}}
        check_kubernetes(manifest, place)


def check_kubernetes(manifest, place):
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(str(each) for each in error.path)
            faults.append(f"{place}: {where}: {error.message} (Kubernetes {version})")


def custom_resources(folder):
    """Per kind and version: its schema, closed against unknown fields."""
    found = {}
    for file in sorted(pathlib.Path(folder).glob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            if (document or {}).get("kind") == "CustomResourceDefinition":
                for version in document["spec"]["versions"]:
                    key = f"{document['spec']['group']}/{version['name']}", document["spec"]["names"]["kind"]
                    found[key] = closed(version["schema"]["openAPIV3Schema"])
    return found


def closed(schema, is_root=True):
    """Kubernetes drops what a schema does not name; here it is a fault, and int-or-string is spelt out."""
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    result = {k: closed_part(k, v) for k, v in schema.items()}
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if "properties" in schema and not open_ended:
        result["additionalProperties"] = False
        if is_root:
            result["properties"]["metadata"] = {"type": "object"}
    return result


def closed_part(key, value):
    if key == "properties":
        return {name: closed(each, False) for name, each in value.items()}
    if key in ("items", "additionalProperties"):
        return closed(value, False)
    return value


CRDS = custom_resources(sys.argv[3]) if len(sys.argv) > 3 else {}


def check(manifest, place):
    kind = manifest["kind"]
    group = manifest["apiVersion"].split("/")[0]
    place = f"{place}: {kind} {manifest['metadata']['name']}"
    checked[kind] = checked.get(kind, 0) + 1
    schema = CRDS.get((manifest["apiVersion"], kind))
    if schema is not None:
        for error in jsonschema.Draft7Validator(schema).iter_errors(manifest):
            faults.append(f"{place}: {'.'.join(map(str, error.absolute_path))}: {error.message}")
    if group == "serving.kserve.io":
        model = manifest["apiVersion"].split("/")[1].capitalize() + kind
        faults.extend(check_kserve(manifest, model, place))
        spec = manifest["spec"]
        check_pod(spec.get("predictor", spec if "containers" in spec else {}), place)
    elif group in ("monitoring.coreos.com", "keda.sh"):
        if schema is None:
            without_schema.add(kind)
    else:
        check_kubernetes(manifest, place)


def documents(text):
    return [each for each in yaml.safe_load_all(text) if each]


for file in sorted([*deploy.glob("kserve/*.yaml"), *deploy.glob("keda/*.yaml")]):
    for manifest in documents(file.read_text()):
        check(manifest, file.relative_to(repository))

for folder in ("base", "npu", "monitoring"):
    try:
        built = subprocess.run(
            ["kubectl", "kustomize", str(deploy / "kustomize" / folder)], capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        print("kustomize: skipped, there is no kubectl")
        break
    except subprocess.CalledProcessError as error:
        faults.append(f"deploy/kustomize/{folder}: {error.stderr}")
        continue
    for manifest in documents(built.stdout):
        check(manifest, f"deploy/kustomize/{folder}")

chart_folder = deploy / "helm" / "furiosa-server"
refused = {
    "a grace period that is too short": {"terminationGracePeriodSeconds": 16},
    "a key that is not one": {"drainDelay": 5},
    "models neither in a volume nor in a list": {"models": {"volume": {}, "list": []}},
}
with helm.Chart.load(str(chart_folder)) as chart:
    rendered = 0
    for file in sorted((deploy / "helm" / "examples").glob("*.yaml")):
        values = yaml.safe_load(file.read_text())
        for text in chart.render(values, name="demo", namespace="models").values():
            for manifest in documents(text):
                rendered += 1
                check(manifest, f"{file.relative_to(repository)} rendered")
    example = yaml.safe_load((deploy / "helm/examples/volume.yaml").read_text())
    for name, change in refused.items():
        try:
            values = {**example, **change}
            chart.validate_schema(values)
            chart.render(values, name="demo", namespace="models")
            faults.append(f"the chart takes {name}")
        except helm.HelmError:
            pass

for fault in faults:
    print(fault)
for kind in sorted(without_schema):
    print(f"{kind}: rendered and parsed, but there is no schema for it here (give a folder with its CRD)")
print(f"{sum(checked.values())} manifests of {len(checked)} kinds, {rendered} of them rendered by Helm; {len(faults)} faults")
sys.exit(1 if faults or rendered == 0 else 0)
