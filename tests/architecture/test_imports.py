"""Who may import whom: the contracts of pyproject.toml, kept."""

from importlinter.cli import lint_imports

from tests.architecture.tree import PROJECT


def test_every_package_imports_only_what_it_stands_on(capsys, monkeypatch):
    monkeypatch.chdir(PROJECT)
    broken = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert not broken, capsys.readouterr().out
