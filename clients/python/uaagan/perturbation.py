"""Client of Perturbation."""

from typing import Any, Iterator, Mapping, Optional

from uaagan import methods
from uaagan.images import Images, images, messages
from uaagan.proto.common.v1 import common_pb2
from uaagan.proto.perturbation.v1 import perturbation_pb2, perturbation_pb2_grpc
from uaagan.results import Perturbed
from uaagan.retry import OnProgress
from uaagan.service import ServiceClient


class PerturbationClient(ServiceClient):
    """Adversarial queries, and the training of generators."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._stub = perturbation_pb2_grpc.PerturbationServiceStub(self._channel)

    def perturb(
        self, source: Images, model: str, method: str, epsilon: str, generator: str = "", options: Optional[Mapping[str, str]] = None,
        seed: int = 0, rescale: bool = False, output: str = "png", progress: Optional[OnProgress] = None, timeout: Optional[float] = None,
    ) -> Iterator[Perturbed]:
        """Streams the images of a folder, or items, and yields their adversarial twins in the same order, each once.

        epsilon: the L-infinity budget with its unit, such as 8/255. output: "png" for files, "array" for numpy.
        Streams break and go on as those of FeatureClient.extract do. Raises grpc.RpcError; an image that fails is a Perturbed with an error.
        """
        attack = methods.perturb(model, method, epsilon, generator, options, seed, rescale, output)
        return self._stream(self._stub.StreamPerturb, attack, images(source), progress, timeout)

    def train(
        self, source: Images, model: str, generator: str, epsilon: str, steps: int, options: Optional[Mapping[str, str]] = None, seed: int = 1,
    ) -> Iterator[perturbation_pb2.Training]:
        """Trains a generator on unlabelled images and yields the job at every change; the last one has ended."""
        settings = perturbation_pb2.TrainingSettings(
            generator=generator, model=common_pb2.ModelReference(name=model), epsilon=epsilon, seed=seed, steps=steps, options=options or {})

        def requests() -> Iterator[perturbation_pb2.StartTrainingRequest]:
            yield perturbation_pb2.StartTrainingRequest(settings=settings)
            for item in images(source):
                for message in messages(item):
                    yield perturbation_pb2.StartTrainingRequest(item=message)

        job = self._stub.StartTraining(requests(), metadata=self._metadata).training
        for reply in self._stub.WatchTraining(perturbation_pb2.WatchTrainingRequest(id=job.id), metadata=self._metadata):
            yield reply.training
