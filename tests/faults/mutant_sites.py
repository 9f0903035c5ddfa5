"""Places of the code where one operator of cosmic-ray can make a mutant, and a seeded sample of them.

cosmic-ray and not a sampler of our own: its operators are maintained, and read the code by a parser that keeps every
byte, so a mutant differs from the code in one token. Its own runner is not used, because it runs one command for each
mutant: `mutate_code` runs the tests that are likely to fail first, in a forked process.

Of the replacements of an operator only the closest are drawn (`<` by `<=`, `+` by `-`): a sum that becomes a shift
fails in the first test that meets it, and would flatter the share of killed mutants. Left out is what states what
cannot be, so that nothing differs without a defect of ours: annotations, `strict=` of zip, `frozen=` and `slots=` of
dataclasses; and `maxsize=` of caches, which changes how long a call takes alone.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path
from random import Random

OPERATORS = {
    "condition": ["AddNot", "ReplaceUnaryOperator_Delete_Not"],
    "and, or": ["ReplaceAndWithOr", "ReplaceOrWithAnd"],
    "number": ["NumberReplacer"],
    "flag": ["ReplaceTrueWithFalse", "ReplaceFalseWithTrue"],
    "loop": ["ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop"],
    "exception": ["ExceptionReplacer"],
    "sign": ["ReplaceUnaryOperator_Delete_USub", "ReplaceUnaryOperator_Delete_Invert"],
    "comparison": [f"ReplaceComparisonOperator_{pair}" for pair in (
        "Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE",
        "GtE_Gt", "GtE_Lt",
    )],
    "arithmetic": [f"ReplaceBinaryOperator_{pair}" for pair in (
        "Add_Sub", "Sub_Add", "Mul_Add", "Mul_FloorDiv", "Div_Mul", "FloorDiv_Mul", "Mod_FloorDiv", "Pow_Mul",
        "BitOr_BitAnd", "BitAnd_BitOr", "BitXor_BitAnd", "LShift_RShift", "RShift_LShift",
    )],
}  # fmt: skip


_LEFT_OUT = frozenset({"strict", "frozen", "slots", "maxsize"})


@dataclass(frozen=True)
class Mutant:
    """One change of one token: `before` and `after` are its lines, without their margins."""

    module: str
    operator: str
    occurrence: int
    line: int
    before: str
    after: str

    @property
    def key(self) -> str:
        """Identify the change, whatever lines come before it."""
        words = "\0".join((self.module, self.operator, self.before, self.after))
        return hashlib.blake2b(words.encode(), digest_size=8).hexdigest() + f"@{self.occurrence}"


Site = tuple[str, str, int, tuple[int, int]]  # kind, operator, occurrence, (line, column)


def list_sites(source: str) -> Iterator[Site]:
    """List where each operator applies, without what is left out, in the order in which cosmic-ray counts."""
    from cosmic_ray.ast import Visitor, get_ast
    from cosmic_ray.plugins import get_operator

    operators = [(kind, name, get_operator(f"core/{name}")()) for kind, names in OPERATORS.items() for name in names]
    counts = dict.fromkeys((name for _, name, _ in operators), 0)
    sites = list[Site]()

    class Collector(Visitor):
        def visit(self, node):
            for kind, name, operator in operators:
                for begin, _ in operator.mutation_positions(node):
                    sites.append((kind, name, counts[name], begin))
                    counts[name] += 1
            return node

    Collector().walk(get_ast(source))
    left_out = _find_left_out(source)
    return (site for site in sites if not any(begin <= site[3] < end for begin, end in left_out))


def _find_left_out(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Find the begin and end, as (line, column), of each annotation and of each argument named in _LEFT_OUT."""
    places: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            places.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            places.append(node.annotation)
        elif isinstance(node, ast.keyword) and node.arg in _LEFT_OUT:
            places.append(node.value)
    return [
        ((place.lineno, place.col_offset), (place.end_lineno or 0, place.end_col_offset or 0))
        for place in places
        if place is not None
    ]


def mutate(source: str, operator: str, occurrence: int) -> str | None:
    """Return the source with one mutation; None where there is none."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    try:
        mutated: str | None = mutate_code(source, get_operator(f"core/{operator}")(), occurrence)
    except AttributeError:  # ExceptionReplacer knows no dotted names
        return None
    return mutated


def sample_mutants(root: Path, packages: Iterable[str], size: int, seed: int) -> list[Mutant]:
    """Draw mutants of flows/<package>, so many of each as it has lines; places are drawn first, then operators."""
    modules = {each: sorted((root / "flows" / each).glob("*.py")) for each in packages}
    lines = {each: sum(len(path.read_text().splitlines()) for path in paths) for each, paths in modules.items()}
    drawn = list[Mutant]()
    for package, paths in modules.items():
        rng = Random(f"{seed}:{package}")
        places = dict[tuple[str, tuple[int, int], str], list[Site]]()
        sources = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
        for module, source in sources.items():
            for site in list_sites(source):
                places.setdefault((module, site[3], site[0]), []).append(site)
        order = sorted(places)
        rng.shuffle(order)
        quota = round(size * lines[package] / sum(lines.values()))
        for module, begin, kind in order:
            if quota == 0:
                break
            _, operator, occurrence, _ = rng.choice(places[module, begin, kind])
            mutant = describe_mutant(module, sources[module], operator, occurrence, begin[0])
            if mutant is not None:
                drawn.append(mutant)
                quota -= 1
    Random(seed).shuffle(drawn)
    return drawn


def list_mutants(root: Path, module: str, line: int) -> list[Mutant]:
    """List the mutants of one line of flows/<package>/<module>.py."""
    source = (root / module).read_text(encoding="utf-8")
    sites = (site for site in list_sites(source) if site[3][0] == line)
    mutants = (describe_mutant(module, source, operator, occurrence, line) for _, operator, occurrence, _ in sites)
    return [mutant for mutant in mutants if mutant is not None]


def describe_mutant(module: str, source: str, operator: str, occurrence: int, line: int) -> Mutant | None:
    """Describe a mutation by the lines that it changes; None where the code stays as it is or cannot be compiled."""
    mutated = mutate(source, operator, occurrence)
    if mutated is None:
        return None
    try:
        if ast.dump(ast.parse(mutated)) == ast.dump(ast.parse(source)):
            return None
    except SyntaxError:
        return None
    changed = [row for row in ndiff(source.splitlines(), mutated.splitlines()) if row[:2] in ("- ", "+ ")]
    before = " ".join(row[2:].strip() for row in changed if row.startswith("-"))
    after = " ".join(row[2:].strip() for row in changed if row.startswith("+"))
    return Mutant(module, operator, occurrence, line, before, after)
