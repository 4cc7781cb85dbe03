"""Client of Perturbation for asyncio."""

from typing import Any, AsyncIterator, Mapping, Optional

from uaagan import methods
from uaagan.aio.service import ServiceClient
from uaagan.images import AsyncImages, async_images
from uaagan.proto.perturbation.v1 import perturbation_pb2_grpc
from uaagan.results import Perturbed
from uaagan.retry import OnProgress


class PerturbationClient(ServiceClient):
    """Adversarial queries; see uaagan.PerturbationClient, which also trains generators."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._stub = perturbation_pb2_grpc.PerturbationServiceStub(self._channel)

    def perturb(
        self, source: AsyncImages, model: str, method: str, epsilon: str, generator: str = "", options: Optional[Mapping[str, str]] = None,
        seed: int = 0, rescale: bool = False, output: str = "png", progress: Optional[OnProgress] = None, timeout: Optional[float] = None,
    ) -> AsyncIterator[Perturbed]:
        """Streams images and yields their adversarial twins in the same order, each once."""
        attack = methods.perturb(model, method, epsilon, generator, options, seed, rescale, output)
        return self._stream(self._stub.StreamPerturb, attack, async_images(source), progress, timeout)
