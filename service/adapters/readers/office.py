"""LibreOffice, where it is installed, turns older formats into ones that are read: apart, bounded, without macros."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from service.domain.errors import UnreadableDocumentError, UnsupportedDocumentError

#: Seconds a conversion may take; a long document takes about two.
TIMEOUT = 60
#: Bytes of memory and of output of the converting program.
_MEMORY = 4 * 1024**3
_OUTPUT = 400 * 1024**2
_PLACES = ("/Applications/LibreOffice.app/Contents/MacOS/soffice", r"C:\Program Files\LibreOffice\program\soffice.exe")
#: Nothing in a document may run, and nothing it points to may be fetched.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>1</value></prop>
</item>
</oor:items>
"""
#: A port where nothing answers.
_NOWHERE = "http://127.0.0.1:9"


def find_office() -> str | None:
    """Return the path of the LibreOffice program, None where it is not installed."""
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name):
            return found
    return next((p for p in _PLACES if Path(p).exists()), None)


def convert(data: bytes, name: str, *, ending: str, into: str, remedy: str, timeout: float = TIMEOUT) -> bytes:
    """Convert a document with LibreOffice, in a folder and with a profile of its own that are gone afterwards.

    Args:
        data: The bytes of the file.
        name: Its name, for messages only; it reaches no command line.
        ending: Ending that its content has, without dot.
        into: Ending of the format wanted, without dot.
        remedy: What else the reader can do, in Chinese, without full stop.
        timeout: Seconds after which the conversion is given up.

    Raises:
        UnreadableDocumentError: It cannot be converted, or not in time.
        UnsupportedDocumentError: LibreOffice is not installed.
    """
    program = find_office()
    if program is None:
        raise UnsupportedDocumentError(
            f"读“{name}”需要LibreOffice，本机没有安装。请管理员安装LibreOffice（Debian、Ubuntu上是 libreoffice-writer 和"
            f" libreoffice-calc），或{remedy}后再上传。"
        )
    with tempfile.TemporaryDirectory(prefix="youju-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        profile = work / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        source, target = work / f"in.{ending}", work / "out"
        source.write_bytes(data)
        command = [
            program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--invisible", "--norestore",
            "--nologo", "--nodefault", "--nolockcheck", "--convert-to", into, "--outdir", str(target), str(source),
        ]  # fmt: skip
        finished = _run(command, work, timeout)
        made = target / f"in.{into}"
        if not finished:
            raise UnreadableDocumentError(
                f"“{name}”在{timeout:.0f}秒内没有转换完，可能已损坏或内容过多。请{remedy}后再上传。"
            )
        if not made.is_file() or not made.stat().st_size:
            raise UnreadableDocumentError(f"“{name}”转换不了，可能设有打开密码或已损坏。请取消密码，{remedy}后再上传。")
        return made.read_bytes()


def _run(command: list[str], work: Path, timeout: float) -> bool:
    """Run a command in a process group of its own; kill the whole group when time is up."""
    environment = {
        k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "FONTCONFIG_FILE")
    }
    environment |= {"HOME": str(work), "TMPDIR": str(work), "SAL_USE_VCLPLUGIN": "svp"}
    environment |= dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _NOWHERE)
    try:
        process = subprocess.Popen(  # noqa: S603  no shell, and no argument comes from a document or a user
            command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError:
        return True  # there is no result, which is what is reported
    _bound(process.pid)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        return False
    finally:
        _end(process)
    return True


def _bound(pid: int) -> None:
    """Bound the memory and output of a program that has just begun; only Linux lets us."""
    if sys.platform == "linux":
        import resource

        try:
            resource.prlimit(pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (_OUTPUT, _OUTPUT))
        except (OSError, ValueError):
            return  # it has ended already, or the machine allows less


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # the whole group has ended by itself
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
