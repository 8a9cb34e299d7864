from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_lock_files_were_resolved_from_the_dependencies_declared_now():
    namespace: dict[str, object] = {"__file__": str(ROOT / "tests" / "house" / "lock_inputs.py"), "__name__": "lock"}
    exec(compile((ROOT / "tests/house/lock_inputs.py").read_text(), "lock_inputs.py", "exec"), namespace)  # noqa: S102
    assert namespace["STAMP"].read_text().strip() == namespace["fingerprint"](), "run `make lock`"


def test_every_locked_package_is_hashed_and_no_address_of_a_registry_is_written():
    for name in ("run.txt", "dev.txt", "uv.txt"):
        text = (ROOT / "requirements" / name).read_text()
        pins = [line for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
        assert pins
        assert all(line.rstrip().endswith("\\") for line in pins)
        assert "://" not in text
