"""Asks a service for the feature of a grey image, with the access of the environment. Prints it, or the status that it gets."""

import sys

import grpc
import numpy as np

import uaagan

with uaagan.FeatureClient(sys.argv[1], uaagan.Access.from_environment()) as client:
    try:
        print(client.one(np.full((2, 3, 1), 7, np.uint8), model="m", timeout=20).tolist())
    except grpc.RpcError as error:
        print(error.code().name)
