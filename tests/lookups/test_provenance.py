"""Which code made a result, read from git's files whatever form the checkout has."""

import pytest

from annotation.lookups.provenance import code_version, commit_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def git(tmp_path):
    folder = tmp_path / ".git"
    (folder / "refs" / "heads").mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    return folder


def test_branch(git):
    (git / "refs" / "heads" / "main").write_text(COMMIT + "\n")
    assert commit_of(git) == COMMIT


def test_detached(git):
    (git / "HEAD").write_text(COMMIT + "\n")
    assert commit_of(git) == COMMIT


def test_packed(git):
    (git / "packed-refs").write_text(
        f"# pack-refs with: peeled\n{'f' * 40} refs/heads/x\n{COMMIT} refs/heads/main\n"
    )
    assert commit_of(git) == COMMIT


def test_worktree(git, tmp_path):
    (git / "refs" / "heads" / "main").write_text(COMMIT + "\n")
    own = git / "worktrees" / "w"
    own.mkdir(parents=True)
    (own / "HEAD").write_text("ref: refs/heads/main\n")
    (own / "commondir").write_text("../..\n")
    pointer = tmp_path / "w.git"
    pointer.write_text(f"gitdir: {own}\n")
    assert commit_of(pointer) == COMMIT


def test_without_git_or_commit(git, tmp_path):
    assert commit_of(git) == ""
    assert commit_of(tmp_path / "nothing") == ""


def test_version_is_that_of_the_project():
    assert code_version().split()[0].count(".") == 2
