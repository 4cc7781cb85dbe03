"""A stock client of the Open Inference Protocol: it knows the proto file and nothing else of this project.

Usage: open_inference_client.py FOLDER FEATURES PERTURBATION IMAGE. FOLDER has grpc_service.proto; the services' addresses are
host:port. Writes one JSON object.
"""

import base64
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import grpc
import numpy as np

folder, features, perturbation, image = sys.argv[1:]
stubs = tempfile.TemporaryDirectory()
subprocess.run(
    ["protoc", "-I", folder, f"--python_out={stubs.name}", f"--grpc_out={stubs.name}",
     "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin", "grpc_service.proto"],
    check=True)
sys.path.insert(0, stubs.name)
import grpc_service_pb2 as oip  # noqa: E402
import grpc_service_pb2_grpc as oip_grpc  # noqa: E402

file = pathlib.Path(image).read_bytes()


def stub(address):
    return oip_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(address))


def request(target, raw, **parameters):
    made = oip.ModelInferRequest(model_name=target, id="stock")
    tensor = made.inputs.add(name="IMAGE", datatype="BYTES", shape=[1])
    if raw:
        made.raw_input_contents.append(struct.pack("<I", len(file)) + file)
    else:
        tensor.contents.bytes_contents.append(file)
    for name, value in parameters.items():
        field = "int64_param" if isinstance(value, int) else "string_param"
        setattr(made.parameters[name], field, value)
    return made


server = stub(features)
assert server.ServerLive(oip.ServerLiveRequest(), wait_for_ready=True).live
assert server.ServerReady(oip.ServerReadyRequest()).ready
assert server.ModelReady(oip.ModelReadyRequest(name="tiny")).ready
metadata = server.ModelMetadata(oip.ModelMetadataRequest(name="tiny"))
typed = server.ModelInfer(request("tiny", raw=False))
raw = server.ModelInfer(request("tiny", raw=True))
assert np.array_equal(np.frombuffer(raw.raw_output_contents[0], "<f4"), np.array(typed.outputs[0].contents.fp32_contents, "f4"))

attack = stub(perturbation)
made = attack.ModelInfer(request("pgd", raw=True, model="tiny", epsilon="8/255", seed=5, steps=3))
length = struct.unpack_from("<I", made.raw_output_contents[0])[0]
assert length + 4 == len(made.raw_output_contents[0])
try:
    attack.ModelInfer(request("nobody", raw=False))
    refusal = "none"
except grpc.RpcError as error:
    refusal = error.code().name

print(json.dumps({
    "server": server.ServerMetadata(oip.ServerMetadataRequest()).name,
    "output": [metadata.outputs[0].name, metadata.outputs[0].datatype, list(metadata.outputs[0].shape)],
    "shape": list(raw.outputs[0].shape),
    "feature": base64.b64encode(raw.raw_output_contents[0]).decode(),
    "adversarial": base64.b64encode(made.raw_output_contents[0][4:]).decode(),
    "refusal": refusal,
}))
