"""Train, export, evaluate, ablate: ``python -m benchmarks.prior --help``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prior")
    commands = parser.add_subparsers(dest="command", required=True)

    train = commands.add_parser("train", help="train, or continue a run")
    add = train.add_argument
    add("--output", type=Path, required=True, help="folder of checkpoints and log")
    add("--config", default="small", help="name of a network")
    add("--device", default="auto", choices=["auto", "cpu", "cuda"])
    add("--seconds", type=float, default=float("inf"), help="budget of the whole run")
    add("--steps", type=float, default=float("inf"), help="budget of the whole run")
    add("--decay-from", type=float, default=0.7, help="share of the budget")
    add("--cells", type=int, default=12_000, help="cells per batch")
    add("--log-every", type=float, default=60, help="seconds")
    add("--checkpoint-every", type=float, default=180, help="seconds")
    add("--weights", type=Path, help="export here at every checkpoint")
    add("--compile", action="store_true")
    add("--initial", type=Path, help="exported weights that a new run begins with")
    add("--batches", type=int, default=1, help="batches per step and process")
    add(
        "--curriculum",
        type=float,
        help="share of the budget over which ever more batches are told what "
        "regressions answer (default: 0.5; with --initial 0)",
    )
    add("--seed", type=int, default=0)

    export = commands.add_parser("export", help="write the weights of a run")
    export.add_argument("run", type=Path, help="folder of a run, or a checkpoint")
    export.add_argument("--weights", type=Path, required=True)

    evaluate = commands.add_parser("evaluate", help="score weights on real tables")
    add = evaluate.add_argument
    add("weights", type=Path, nargs="*")
    add("--data-dir", type=Path, required=True, help="parquet files")
    add("--tables", nargs="+", default=[])
    add("--budgets", type=int, nargs="+", default=[20, 50, 100])
    add("--seeds", type=int, default=1)
    add("--output", type=Path, help="CSV file of all scores")

    ablate = commands.add_parser("ablate", help="train and score variants, or go on")
    add = ablate.add_argument
    add("--output", type=Path, required=True, help="folder of runs and scores")
    add("--data-dir", type=Path, required=True, help="parquet files")
    add("--variants", nargs="+", default=[], help="names (default: all)")
    add("--seeds", type=int, default=3, help="number of seeds: 0, 1, ...")
    add("--steps", type=int, default=600, help="steps of each run")

    take_out = commands.add_parser("take-out", help="score weights with parts missing")
    take_out.add_argument("weights", type=Path)
    take_out.add_argument("--data-dir", type=Path, required=True, help="parquet files")

    members = commands.add_parser("members", help="score more and more readings")
    members.add_argument("--data-dir", type=Path, required=True, help="parquet files")
    members.add_argument("--output", type=Path, help="CSV file of all scores")

    likeness = commands.add_parser(
        "likeness", help="compare artificial and real tables"
    )
    likeness.add_argument("--data-dir", type=Path, required=True, help="parquet files")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands."""
    options = parse(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything loads OpenMP
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    run = {
        "train": _train,
        "export": _export,
        "evaluate": _evaluate,
        "ablate": _ablate,
        "take-out": _take_out,
        "members": _members,
        "likeness": _likeness,
    }
    run[options.command](options)
    return 0


def _train(options: argparse.Namespace) -> None:
    import torch

    from benchmarks.prior.training import CONFIGS, Plan, Trainer

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    device = options.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    plan = Plan(
        options.output,
        CONFIGS[options.config],
        options.seed,
        device,
        options.seconds,
        options.steps,
        1 - options.decay_from,
        options.cells,
        options.log_every,
        options.checkpoint_every,
        options.weights,
        options.compile,
        options.initial,
        options.batches,
        options.curriculum,
    )
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:  # set by torchrun
        torch.distributed.init_process_group("gloo")
    Trainer(plan).run()


def _export(options: argparse.Namespace) -> None:
    from benchmarks.prior.checkpoints import export

    for name, value in export(options.run, options.weights).items():
        print(f"{name}: {value}")


def _evaluate(options: argparse.Namespace) -> None:
    from benchmarks.prior.evaluate import evaluate, summarize

    scores = evaluate(
        options.weights,
        options.data_dir,
        options.tables,
        options.budgets,
        range(options.seeds),
    )
    if options.output:
        scores.to_csv(options.output, index=False)
    print(summarize(scores).to_string())


def _ablate(options: argparse.Namespace) -> None:
    import torch

    from benchmarks.prior.ablations import ablate, as_markdown

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    found = ablate(
        options.output,
        options.data_dir,
        options.variants,
        range(options.seeds),
        options.steps,
    )
    print(as_markdown(found))


def _take_out(options: argparse.Namespace) -> None:
    from benchmarks.prior.ablations import as_markdown, take_out

    print(as_markdown(take_out(options.weights, options.data_dir)))


def _members(options: argparse.Namespace) -> None:
    from benchmarks.prior.members import compare_members

    found = compare_members(options.data_dir)
    if options.output:
        found.to_csv(options.output, index=False)
    groups = found.groupby(["table", "budget", "n_members"])
    print(groups[["readings", "auc", "log_loss"]].mean().round(4).to_string())


def _likeness(options: argparse.Namespace) -> None:
    from benchmarks.prior.likeness import compare

    print(compare(options.data_dir).round(3).to_string())


if __name__ == "__main__":
    sys.exit(main())
