"""Client of Perturbation."""

import dataclasses
from typing import Iterable, Iterator, Mapping, Optional, Union

import grpc

from uaagan.errors import ItemError
from uaagan.images import Item
from uaagan.proto.common.v1 import common_pb2
from uaagan.proto.perturbation.v1 import perturbation_pb2, perturbation_pb2_grpc
from uaagan.service import ServiceClient, image_requests, results


@dataclasses.dataclass(frozen=True)
class Perturbed:
    """The adversarial twin of one image, or the error that stands in its place.

    image: a PNG file of the size and channels of the original. quality: how far it is from it, on its pixels.
    """

    id: str
    image: Optional[bytes]
    quality: Optional[perturbation_pb2.Quality]
    error: Optional[ItemError]


class PerturbationClient(ServiceClient):
    """Adversarial queries, and the training of generators."""

    def __init__(self, target: Union[str, grpc.Channel]):
        super().__init__(target)
        self._stub = perturbation_pb2_grpc.PerturbationServiceStub(self._channel)

    def perturb(
        self, items: Iterable[Item], model: str, method: str, epsilon: str, generator: str = "",
        options: Optional[Mapping[str, str]] = None, seed: int = 0, rescale: bool = False,
    ) -> Iterator[Perturbed]:
        """Streams images and yields their adversarial twins in the same order.

        epsilon: the L-infinity budget with its unit, such as 8/255.
        Raises grpc.RpcError when the stream itself fails; an image that fails is a Perturbed with an error.
        """
        attack = perturbation_pb2.PerturbSettings(
            model=common_pb2.ModelReference(name=model), method=method, generator=generator, epsilon=epsilon, options=options or {},
            seed=seed, rescale=rescale, output_format=perturbation_pb2.OUTPUT_FORMAT_PNG)

        settings = perturbation_pb2.StreamPerturbSettings(attack=attack)
        requests = image_requests(perturbation_pb2.StreamPerturbRequest, settings, items)
        for result in results(self._stub.StreamPerturb(requests)):
            if result.WhichOneof("outcome") == "adversarial":
                yield Perturbed(result.id, result.adversarial.image.encoded, result.adversarial.quality, None)
            else:
                yield Perturbed(result.id, None, None, ItemError(result.id, result.error))

    def train(
        self, items: Iterable[Item], model: str, generator: str, epsilon: str, steps: int,
        options: Optional[Mapping[str, str]] = None, seed: int = 1,
    ) -> Iterator[perturbation_pb2.Training]:
        """Trains a generator on unlabelled images and yields the job at every change; the last one has ended."""
        settings = perturbation_pb2.TrainingSettings(
            generator=generator, model=common_pb2.ModelReference(name=model), epsilon=epsilon, seed=seed, steps=steps, options=options or {})
        job = self._stub.StartTraining(image_requests(perturbation_pb2.StartTrainingRequest, settings, items)).training
        for reply in self._stub.WatchTraining(perturbation_pb2.WatchTrainingRequest(id=job.id)):
            yield reply.training
