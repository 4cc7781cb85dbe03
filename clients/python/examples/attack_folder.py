"""Attacks every image of a folder (a sub-folder a class) and says what is left of the retrieval."""

import argparse
import sys

import uaagan

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("folder")
options.add_argument("--model", required=True)
options.add_argument("--method", default="pgd", help="pgd, random-sign, or uaa-gan with --generator")
options.add_argument("--generator", default="")
options.add_argument("--epsilon", default="8/255")
options.add_argument("--seed", type=int, default=1)
options.add_argument("--features", default="localhost:5101")
options.add_argument("--perturbation", default="localhost:5102")
options.add_argument("--scoring", default="localhost:5103")
o = options.parse_args()


def sound(results):
    """The results, up to the first image that failed."""
    for result in results:
        if result.error:
            raise SystemExit(str(result.error))
        yield result


def progress(what):
    """A line on standard error that counts."""
    return lambda now: print(f"\r{what}: {now.answered} images", end="", file=sys.stderr)


with uaagan.FeatureClient(o.features) as features, uaagan.PerturbationClient(o.perturbation) as perturbation, \
        uaagan.ScoringClient(o.scoring) as scoring:
    identities = {item.id: item.identity for item in uaagan.read_folder(o.folder)}
    clean = {r.id: r.feature for r in sound(features.extract(o.folder, o.model, progress=progress("clean features")))}
    twins = perturbation.perturb(o.folder, o.model, o.method, o.epsilon, o.generator, seed=o.seed)
    attacked = (uaagan.Item(twin.id, twin.image) for twin in sound(twins))
    adversarial = {r.id: r.feature for r in sound(features.extract(attacked, o.model, progress=progress("adversarial features")))}
    print(file=sys.stderr)
    rows = [(id, identities[id], vector) for id, vector in clean.items()]
    score = scoring.leave_one_out(rows, rows, {o.method: adversarial})

print(f"queries  {score.clean.valid_queries}")
print(f"clean    mAP {score.clean.mean_average_precision.value:.4f}  rank-1 {score.clean.rank1.value:.4f}")
for attack in score.attacks:
    metrics = attack.metrics
    print(f"{attack.attack:8} mAP {metrics.mean_average_precision.value:.4f}  rank-1 {metrics.rank1.value:.4f}  lost {attack.map_lost.value:.4f}")
