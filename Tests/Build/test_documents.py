"""The documents' pictures are there, are XML, and are what the program draws today."""

import re
import subprocess
import sys
import xml.etree.ElementTree

import pytest
from conftest import ROOT

DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_picture_is_there(document):
    for name in re.findall(r"!\[[^]]*\]\(([^)]*)\)", document.read_text()):
        root = xml.etree.ElementTree.parse(document.parent / name).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg" and "prefers-color-scheme: dark" in (
            document.parent / name).read_text()


def test_pictures_are_up_to_date(tmp_path):
    subprocess.run([sys.executable, ROOT / "tools/docs/pictures.py", tmp_path], check=True)
    drawn = sorted(tmp_path.iterdir())
    assert drawn
    for picture in drawn:
        assert picture.read_text() == (ROOT / "docs/pictures" / picture.name).read_text()
