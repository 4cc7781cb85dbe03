"""The cases of the interop matrix with the Python client. Reads the configuration from the first line of standard input, prints one JSON a line."""

import asyncio
import hashlib
import json
import sys
from pathlib import Path

import grpc
import numpy as np

import uaagan
import uaagan.aio

CONFIG = json.loads(sys.stdin.readline())
GUARDED = CONFIG["guarded"]
ONCE = uaagan.Retry(attempts=1)


def client(kind, target=None, **options):
    return kind(target or CONFIG[kind.__name__], metadata=list(CONFIG["metadata"].items()), **options)


def guarded(metadata=(), **access):
    return uaagan.FeatureClient(GUARDED["target"], uaagan.Access(**access), metadata=list(metadata))


def items(count=None):
    every = list(uaagan.read_folder(CONFIG["images"]))
    if count is None:
        return every
    return [uaagan.Item(f"i{n}", every[n % len(every)].image) for n in range(count)]


def text(vector):
    return np.ascontiguousarray(vector, "<f4").tobytes().hex()


def first():
    return items(1)[0].image


def unary(features):
    return {"feature": text(features.one(first(), "tiny"))}


def stream(features):
    results = list(features.extract(CONFIG["images"], "tiny"))
    return {"ids": [r.id for r in results], "features": [text(r.feature) for r in results]}


def perturb(_):
    with client(uaagan.PerturbationClient) as perturbation:
        twins = list(perturbation.perturb(items(6), "tiny", "pgd", "8/255", options={"steps": "3"}, seed=5))
    return {"ids": [t.id for t in twins], "sha256": [hashlib.sha256(t.image).hexdigest() for t in twins], "linf": [t.quality.linf_255 for t in twins]}


def search(features):
    gallery = f"interop-{CONFIG['language']}"
    ids, rows = features.array(CONFIG["images"], "tiny")
    with client(uaagan.ScoringClient) as scoring:
        scoring.create_gallery(gallery, rows.shape[1])
        stored = list(scoring.upsert(gallery, (uaagan.GalleryRow(id, row) for id, row in zip(ids, rows))))
        found = list(scoring.search(gallery, [uaagan.Query(id, row) for id, row in zip(ids[:2], rows)], 3))
        scoring.delete_gallery(gallery)
    return {"stored": sum(s.error is None for s in stored), "hits": [f.ids for f in found], "scores": [text(f.scores) for f in found]}


def large(features):
    result, = features.extract([uaagan.Item("large", Path(CONFIG["large"]).read_bytes())], "tiny")
    return {"feature": text(result.feature)}


def pixels(features):
    raw = CONFIG["pixels"]
    image = np.fromfile(raw["path"], np.uint8).reshape(raw["height"], raw["width"], 3)
    result, = features.extract([uaagan.Item("pixels", image)], "tiny")
    return {"feature": text(result.feature)}


def slow_reader(features):
    slow = features.extract(items(64), "tiny")
    ids = [next(slow).id]
    fast = [r.id for r in features.extract(items(40), "tiny")]
    ids += [r.id for r in slow]
    return {"fast": fast == [f"i{n}" for n in range(40)], "slow": ids == [f"i{n}" for n in range(64)]}


def cancel(features):
    stream = features.extract(items(64), "tiny")
    ids = [next(stream).id for _ in range(3)]
    stream.close()
    return {"ids": ids, "after": text(features.one(first(), "tiny"))}


def deadline(_):
    with client(uaagan.FeatureClient, CONFIG["slow"]) as features:
        return failure(lambda: features.one(first(), "tiny", timeout=0.3))


def bad_item(features):
    good, also = items(2)
    results = list(features.extract([good, uaagan.Item("bad", b"no image at all"), also], "tiny"))
    return {"ids": [r.id for r in results], "codes": [r.error.code.value[0] if r.error else 0 for r in results],
            "reasons": [r.error.reason if r.error else "" for r in results], "features": [text(r.feature) if r.error is None else "" for r in results]}


def unknown_model(features):
    return failure(lambda: list(features.extract(items(1), "nobody")))


def overload(_):
    with client(uaagan.FeatureClient, CONFIG["slow"], retry=ONCE) as features:
        results = list(features.extract(items(6), "tiny"))
    refused = [r.error for r in results if r.error]
    return {"answered": len(results) - len(refused), "codes": [e.code.value[0] for e in refused], "reasons": [e.reason for e in refused],
            "retry": all(e.retry_after is not None and e.retry_after > 0 for e in refused)}


def tls(_):
    with guarded(ca=GUARDED["ca"], api_key=GUARDED["apiKey"]) as trusting, guarded(ca=GUARDED["otherCa"], api_key=GUARDED["apiKey"]) as untrusting:
        results = list(trusting.extract(items(6), "tiny"))
        return {"feature": text(trusting.one(first(), "tiny")), "ids": [r.id for r in results], "features": [text(r.feature) for r in results],
                "untrusted": failure(lambda: untrusting.one(first(), "tiny"))}


def metadata(_):
    ca = GUARDED["ca"]
    with guarded([("x-api-key", GUARDED["apiKey"])], ca=ca) as own, guarded(ca=ca) as plain, guarded(ca=ca, api_key="wrong") as wrong:
        return {"feature": text(own.one(first(), "tiny")), "missing": failure(lambda: plain.one(first(), "tiny")),
                "wrong": failure(lambda: wrong.one(first(), "tiny")), "missingOnStream": failure(lambda: list(plain.extract(items(1), "tiny")))}


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return {"code": error.code().value[0], "reason": uaagan.reason(error)}
    raise AssertionError("the call did not fail")


CASES = {
    "unary": unary, "stream": stream, "perturb": perturb, "search": search, "large-image": large, "pixels": pixels, "slow-reader": slow_reader,
    "cancel": cancel, "deadline": deadline, "bad-item": bad_item, "unknown-model": unknown_model, "overload": overload,
    "tls": tls, "metadata": metadata,
}


def say(**line):
    print(json.dumps(line), flush=True)


def gated():
    """Items up to the gate, and the others once a line comes."""
    for n, item in enumerate(items(CONFIG["count"])):
        if n == CONFIG["gate"]:
            sys.stdin.readline()
        yield item


def tell(progress):
    say(answered=progress.answered, reconnected=progress.reconnected)


def finish(results):
    say(ids=[r.id for r in results], features=[text(r.feature) for r in results])


async def resume_asynchronously():
    async def source():
        steps = gated()
        while (item := await asyncio.to_thread(next, steps, None)) is not None:
            yield item

    async with client(uaagan.aio.FeatureClient, CONFIG["replicas"]) as features:
        finish([r async for r in features.extract(source(), "tiny", progress=tell)])


if "replicas" not in CONFIG:
    with client(uaagan.FeatureClient) as shared:
        for name in CONFIG["cases"]:
            say(case=name, result=CASES[name](shared))
elif CONFIG["language"] == "python-asyncio":
    asyncio.run(resume_asynchronously())
else:
    with client(uaagan.FeatureClient, CONFIG["replicas"]) as shared:
        finish(list(shared.extract(gated(), "tiny", progress=tell)))
