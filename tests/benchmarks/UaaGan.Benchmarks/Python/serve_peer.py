"""The peer of `bench serve`: a network in PyTorch behind grpcio, with the contract of FeatureExtraction.

serve_peer.py NETWORK WEIGHTS HEIGHT WIDTH BATCH THREADS. Says "ready PORT VERSIONS", ends with its standard input. StreamExtract takes
images off the stream in batches, decodes each batch on a pool of threads, and runs it.
"""

import concurrent.futures
import io
import itertools
import pathlib
import sys

import grpc
import torch
from PIL import Image
from torch.nn import functional as F
from torchvision.transforms.functional import pil_to_tensor

import networks
from safetensors_files import read_safetensors
from uaagan.proto.common.v1 import common_pb2
from uaagan.proto.features.v1 import features_pb2, features_pb2_grpc

MEAN = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)
NETWORKS = {
    "osnet_x0_25": (lambda: networks.OsNet(0.25), Image.NEAREST),
    "mobilenet_v2": (networks.MobileNetV2, Image.BILINEAR),
}


class FeatureExtraction(features_pb2_grpc.FeatureExtractionServiceServicer):
    def __init__(self, name, weights, size, batch, threads):
        create, self.resample = NETWORKS[name]
        self.network = create()
        # Classifiers differ in their classes, counters of batches seen are not in every file; neither makes a feature.
        tensors = read_safetensors(pathlib.Path(weights))
        missing, unknown = self.network.load_state_dict(
            {key: tensor for key, tensor in tensors.items() if not key.startswith("classifier.")}, strict=False
        )
        left = [key for key in [*missing, *unknown] if not key.startswith("classifier.") and not key.endswith("num_batches_tracked")]
        if left:
            raise SystemExit(f"{weights} does not fit {name}: {left[:5]}")
        self.network.eval()
        self.size, self.batch = size, batch
        self.decoders = concurrent.futures.ThreadPoolExecutor(threads)

    def decode(self, file):
        image = Image.open(io.BytesIO(file)).convert("RGB")
        if image.size != self.size:
            image = image.resize(self.size, self.resample)
        return (pil_to_tensor(image) / 255 - MEAN) / STD

    @torch.no_grad()
    def features(self, files):
        images = torch.stack(list(self.decoders.map(self.decode, files)))
        vectors = F.normalize(self.network.feature(images), dim=1).numpy()
        return [
            common_pb2.Feature(data=vector.tobytes(), data_type=common_pb2.DATA_TYPE_FLOAT32, dimension=len(vector)) for vector in vectors
        ]

    def StreamExtract(self, requests, context):
        next(requests)
        yield features_pb2.StreamExtractResponse(accepted=features_pb2.StreamExtractAccepted())
        position = 0
        while items := list(itertools.islice(requests, self.batch)):
            for request, feature in zip(items, self.features([request.item.image.encoded for request in items])):
                yield features_pb2.StreamExtractResponse(
                    result=features_pb2.ExtractResult(id=request.item.id, index=position, feature=feature)
                )
                position += 1


def main():
    name, weights, *numbers = sys.argv[1:]
    height, width, batch, threads = (int(number) for number in numbers)
    torch.set_num_threads(threads)
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
    features_pb2_grpc.add_FeatureExtractionServiceServicer_to_server(
        FeatureExtraction(name, weights, (width, height), batch, threads), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"ready {port} PyTorch {torch.__version__}, grpcio {grpc.__version__}", flush=True)
    sys.stdin.read()
    server.stop(None)


main()
