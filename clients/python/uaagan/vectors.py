"""Features between numpy and the wire."""

import numpy as np

from uaagan.proto.common.v1 import common_pb2


def to_numpy(feature: common_pb2.Feature) -> np.ndarray:
    """A float32 vector."""
    vector = np.frombuffer(feature.data, dtype="<f4")
    if vector.size != feature.dimension:
        raise ValueError(f"a feature of {feature.dimension} components came with {vector.size}")
    return vector


def to_message(vector: np.ndarray) -> common_pb2.Feature:
    """A feature of a vector of real numbers."""
    values = np.ascontiguousarray(vector, dtype="<f4")
    if values.ndim != 1:
        raise ValueError(f"a feature is a vector, not an array of shape {list(values.shape)}")
    return common_pb2.Feature(data=values.tobytes(), data_type=common_pb2.DATA_TYPE_FLOAT32, dimension=values.size)
