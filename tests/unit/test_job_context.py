"""Reports are checked against what the platform itself remembers of the job."""

from __future__ import annotations

from pathlib import Path

import pytest

from self_heal import job_context
from self_heal.errors import BauplanRefused
from self_heal.stage import Stage, run, staged


def commit(stage: Stage, message: str) -> None:
    run(["git", "commit", "--quiet", "-a", "-m", message], stage.repo, stage.environment)


def test_the_platform_tells_data_and_code_of_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The ref is the pinned one; code in git that is not what ran is named, a fix is not."""
    with staged("schema-drift", tmp_path / "stage") as stage:
        monkeypatch.setenv("HOME", stage.environment["HOME"])
        context = job_context.read(stage.job)
        assert context.ref == f"demo.nightly@{stage.heads['bauplan:demo.nightly']}"
        repo, project = str(stage.repo), str(stage.repo / "pipeline")
        assert job_context.differing(context, repo, project, (stage.job[:8],)) == ()

        models = stage.repo / "pipeline" / "models.py"
        models.write_text(models.read_text() + "\n# a fix\n")
        commit(stage, f"Fix (job {stage.job})")
        assert job_context.differing(context, repo, project, (stage.job[:8],)) == ()

        models.write_text(models.read_text() + "\n# other work\n")
        commit(stage, "Other work")
        changed = job_context.differing(context, repo, project, (stage.job[:8],))
        assert changed == ("models.py",)

        with pytest.raises(BauplanRefused, match="tells nothing of job"):
            job_context.read("no-such-job")
