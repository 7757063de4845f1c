"""What can be wrong with the assets or with the home they are published to."""


class SyncError(Exception):
    """A fault that stops the synchronisation; the message says what to mend.

    `exit_code` is 1 for what may pass (a service that does not answer).
    """

    exit_code = 1


class AssetFaults(SyncError):
    """The chain dashboard → chart → dataset → mart is broken.

    `faults` holds one sentence each, beginning with the file and the key. It is the
    same the next time, and its `exit_code` says so.
    """

    exit_code = 2

    def __init__(self, faults: list[str]):
        self.faults = faults
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"{len(faults)} fault(s) in the assets:\n{lines}")
