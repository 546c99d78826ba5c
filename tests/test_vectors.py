"""The recorded examples of the invoicing API, played through GraphQL. See vectors/README.md."""

from collections import Counter
from pathlib import Path

import pytest
from vector_player import lifecycle, lists, money, suites, webhooks
from vector_player.failures import Failed, Unplayable
from vector_player.suites import Vector

pytestmark = pytest.mark.anyio

PLAYERS = {
    "money": money.play,
    "lifecycle": lifecycle.play,
    "search": lists.play,
    "list": lists.play,
    "webhook_signature": webhooks.play,
}
VECTORS = suites.load(suites.directory())


async def play(vector: Vector, directory: Path) -> None:
    """Plays a vector of any kind; fails with one line."""
    complaint = ""
    try:
        if vector.kind not in PLAYERS:
            raise Unplayable(f"the kind {vector.kind!r} is unknown")
        await PLAYERS[vector.kind](vector, directory)
    except Failed as failed:
        complaint = f"{vector.id} {failed}"
    except LookupError as error:
        complaint = f"{vector.id} the player cannot follow: {error!r}"
    if complaint:
        pytest.fail(complaint, pytrace=False)


def test_there_are_vectors_and_their_ids_are_unique() -> None:
    assert VECTORS
    assert [id for id, count in Counter(vector.id for vector in VECTORS).items() if count > 1] == []


@pytest.mark.parametrize("vector", [vector for vector in VECTORS if not vector.uncertain], ids=str)
async def test_certain_vectors(vector: Vector, tmp_path: Path, kind: str) -> None:
    await play(vector, tmp_path)


@pytest.mark.parametrize("vector", [vector for vector in VECTORS if vector.uncertain], ids=str)
async def test_uncertain_vectors(vector: Vector, tmp_path: Path, kind: str) -> None:
    await play(vector, tmp_path)
