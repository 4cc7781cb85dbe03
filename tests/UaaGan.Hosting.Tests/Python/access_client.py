"""Asks a service for the feature of a grey image, with the access of the environment. Prints it, or the status that it gets."""

import struct
import sys

import grpc

import uaagan
from uaagan.proto.common.v1 import common_pb2
from uaagan.proto.features.v1 import features_pb2, features_pb2_grpc

channel = uaagan.Access.from_environment().channel(sys.argv[1])
image = common_pb2.Image(raw=common_pb2.RawImage(data=b"\x07" * 6, width=3, height=2, channels=1))
request = features_pb2.ExtractRequest(model=common_pb2.ModelReference(name="m"), image=image)
try:
    feature = features_pb2_grpc.FeatureExtractionServiceStub(channel).Extract(request, timeout=20).feature
    print(list(struct.unpack("<3f", feature.data)))
except grpc.RpcError as error:
    print(error.code().name)
