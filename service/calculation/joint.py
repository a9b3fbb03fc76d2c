"""The figures of several entities as one book: a reference says whose it means by 「部门=…」."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from service.calculation.figures import Figure
from service.calculation.formula import Match, Reference, Selector
from service.calculation.scope import Scope
from service.domain.errors import MissingFactError, YoujuError
from service.domain.fact import Fact

#: Selector that names the entity.
ENTITY = "部门"


class JointScope(Scope):
    """A `Book` over several entities, each with its own scope.

    Args:
        scopes: By the name of the entity, in the order in which they are to be told.
    """

    def __init__(self, scopes: Mapping[str, Scope]) -> None:
        first = next(iter(scopes.values()))
        super().__init__((), first.vocabulary, (), year=first.year, stage=first.stage, table_kinds={})
        self.scopes = dict(scopes)
        self._of_document = {f.source.document: e for e, s in scopes.items() for f in s.facts}

    def preferring(self, tables: Iterable[str]) -> JointScope:
        """Return this scope with other preferred tables."""
        return JointScope({entity: scope.preferring(tables) for entity, scope in self.scopes.items()})

    def figure(self, reference: Reference) -> Figure:
        """Return the figure of the entity that a reference names."""
        entity, own = self._split(reference)
        figure = self._scope(entity).figure(own)
        return replace(figure, label=f"{entity}{figure.label}")

    def figures(self, reference: Reference) -> tuple[Figure, ...]:
        """Return one figure per entity for 「部门=*」, leaving out those that have none; else the set of one entity."""
        entity, own = self._split(reference)
        if entity != "*":
            return self._scope(entity).figures(own)
        found = []
        for name, scope in self.scopes.items():
            try:
                figure = scope.figure(own)
            except YoujuError:
                continue
            found.append(replace(figure, label=f"{name}{figure.label}", member=name))
        if not found:
            raise MissingFactError("各部门的文件里都没有这一口径的数。")
        return tuple(found)

    def also(self, figure: Figure) -> tuple[Fact, ...]:
        """Return the other places where the entity's own documents print a figure."""
        return self._owner(figure).also(figure)

    def conflicts(self, figure: Figure) -> tuple[Fact, ...]:
        """Return the places where the entity's own documents print something else."""
        return self._owner(figure).conflicts(figure)

    def _owner(self, figure: Figure) -> Scope:
        return self.scopes[self._of_document[figure.facts[0].source.document]]

    def _scope(self, entity: str) -> Scope:
        if entity not in self.scopes:
            raise MissingFactError(f"没有指明部门，或没有“{entity}”的文件。现有：{'、'.join(self.scopes)}。")
        return self.scopes[entity]

    @staticmethod
    def _split(reference: Reference) -> tuple[str, Reference]:
        """Return the entity a reference names, and the reference without it."""
        named = next((s for s in reference.selectors if s.dimension == ENTITY), None)
        rest = tuple(s for s in reference.selectors if s is not named)
        return (named.value if named else ""), replace(reference, selectors=rest)


def of_entity(reference: Reference, entity: str) -> Reference:
    """Return *reference* said of an entity; ``*`` for every one."""
    match = Match.ALL if entity == "*" else Match.IS
    return replace(reference, selectors=(Selector(ENTITY, entity, match), *reference.selectors))
