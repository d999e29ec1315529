"""
How many questions the same decision takes: everything asked, stopped once it stands, and asked by weight.

    python -m tests.benchmarks.bench_questions

Each visitor presses, at every question, a button chosen by a seed and the question's name, so that the order in which
they are asked changes no answer. All three ways have to come to the same stage and temperature.
"""

from dataclasses import replace

from bot.workspace import load_workspace
from tests.builders import FRAMEWORKS, VARIANTS, decision, packaged, pressing

VISITORS = 200


def main() -> None:
    """Print the figures."""
    library = load_workspace().library
    print(f"questions to the decision, contact included      {'  '.join(f'{name:>9}' for name in VARIANTS)}   agree")
    for path in sorted(FRAMEWORKS.glob("*.yaml")):
        framework = replace(packaged(path.stem), max_questions=0)
        asked, agree = dict.fromkeys(VARIANTS, 0), 0
        for seed in range(VISITORS):
            reached = set()
            for name, changes in VARIANTS.items():
                one = pressing(library, replace(framework, **changes), seed)
                asked[name] += len(one.conversation.asked)
                reached.add(decision(one))
            agree += len(reached) == 1
        row = "  ".join(f"{asked[name] / VISITORS:9.2f}" for name in VARIANTS)
        print(f"{framework.title:<48} {row}   {agree / VISITORS:5.0%}")


if __name__ == "__main__":
    main()
