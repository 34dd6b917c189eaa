"""What setup.cfg cannot say: templates and catalogues stand beside the package in a checkout, inside it in a wheel."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


class BuildWithTemplatesAndCatalogues(build_py):  # type: ignore[misc] # setuptools has no types
    """build_py that adds registration/templates and registration/translations, with compiled catalogues."""

    def run(self) -> None:
        """Build; an editable install keeps reading both folders from the checkout."""
        if self.editable_mode:
            super().run()
            return
        # What an earlier build left there would live on in the wheel after it was deleted from the tree.
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        package = Path(self.build_lib) / "registration"
        shutil.copytree(ROOT / "templates", package / "templates")
        compile_catalogues(ROOT / "translations", package / "translations")


def compile_catalogues(source: Path, target: Path) -> None:
    """Write target/<locale>/LC_MESSAGES/<domain>.mo for every .po below `source`; fuzzy entries are left out."""
    # Only a build needs Babel here; reading the metadata does not.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    for po in sorted(source.glob("*/LC_MESSAGES/*.po")):
        mo = target / po.relative_to(source).with_suffix(".mo")
        mo.parent.mkdir(parents=True, exist_ok=True)
        with po.open("rb") as catalogue, mo.open("wb") as compiled:
            write_mo(compiled, read_po(catalogue, abort_invalid=True))


setup(cmdclass={"build_py": BuildWithTemplatesAndCatalogues})
