"""The errors that stop a synchronisation."""


class SyncError(Exception):
    """A fault that stops the synchronisation; the message says what to do.

    `exit_code` is 1 where trying again may help, such as a service that is down.
    """

    exit_code = 1


class AssetFaults(SyncError):
    """The assets, or their links to the marts, are broken; `exit_code` is 2.

    `faults` holds one sentence for each fault, which begins with the file and the key.
    Trying again does not help.
    """

    exit_code = 2

    def __init__(self, faults: list[str]):
        self.faults = faults
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"{len(faults)} fault(s) in the assets:\n{lines}")
