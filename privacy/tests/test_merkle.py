"""The tree's hashes, against an implementation that is not ours (pymerkle), for every small size and some large ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from privacy.log.merkle import EMPTY, CompactRange, leaf_hash


def grown(entries: list[bytes]) -> CompactRange:
    tree = CompactRange()
    for entry in entries:
        tree.append(leaf_hash(entry))
    return tree


def theirs(entries: list[bytes]) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    return tree


@pytest.mark.parametrize("size", [*range(1, 70), 127, 128, 129, 1000])
def test_the_root_is_that_of_the_independent_tree(size: int) -> None:
    entries = [f"entry {number}".encode() for number in range(size)]
    assert grown(entries).root == theirs(entries).get_root()


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert CompactRange().root == EMPTY
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.lists(st.binary(min_size=1), min_size=1, max_size=40), st.data())
def test_their_proofs_lead_to_our_roots(entries: list[bytes], data: st.DataObject) -> None:
    other = theirs(entries)
    index = data.draw(st.integers(1, len(entries)))
    inclusion = other.prove_inclusion(index, len(entries))
    verify_inclusion(leaf_hash(entries[index - 1]), grown(entries).root, inclusion)
    consistency = other.prove_consistency(index, len(entries))
    verify_consistency(grown(entries[:index]).root, grown(entries).root, consistency)


@given(st.lists(st.binary(), max_size=40), st.lists(st.binary(), max_size=40))
def test_a_tree_that_was_put_away_grows_on_as_if_it_had_not_been(
    before: list[bytes], after: list[bytes]
) -> None:
    tree = grown(before)
    again = CompactRange.from_bytes(tree.size, tree.to_bytes())
    for entry in after:
        again.append(leaf_hash(entry))
    assert again.root == grown(before + after).root


@pytest.mark.parametrize(("size", "peaks"), [(3, b"x" * 32), (1, b"short"), (0, b"x" * 32), (-1, b"")])
def test_bytes_that_are_no_tree_of_that_size_are_refused(size: int, peaks: bytes) -> None:
    with pytest.raises(ValueError, match="do not make a tree"):
        CompactRange.from_bytes(size, peaks)
