"""Files that other processes read while they are written."""

import threading

from tools.runtime import packages, workerd


def contents_seen(path, write):
    """Return what a reader sees while `write` is called again and again."""
    write()
    ended = threading.Event()
    seen = set()

    def read():
        while not ended.is_set():
            seen.add(path.read_text(encoding="utf-8"))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(1000):
        write()
    ended.set()
    reader.join()
    return seen


def test_who_reads_the_marks_of_pywrangler_sees_the_version(tmp_path, monkeypatch):
    """An empty mark made another `make dev` install everything again."""
    marks = tmp_path / "packages" / ".synced", tmp_path / "venv" / ".synced"
    monkeypatch.setattr(packages, "_SYNC_MARKS", marks)
    assert contents_seen(marks[1], packages.mark_synced) == {packages.version("workers-py")}
    assert marks[0].read_text() == marks[1].read_text()


def test_who_runs_the_script_of_workerd_gets_all_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(workerd, "WRAPPER", tmp_path / "workerd")
    monkeypatch.setattr(workerd, "workerd_binary", lambda: "/bin/true")
    [seen] = contents_seen(workerd.WRAPPER, lambda: workerd.write_wrapper(tmp_path / "snapshot"))
    assert seen.endswith('exec "/bin/true" "$@"\n')
    assert workerd.WRAPPER.stat().st_mode & 0o777 == 0o755
