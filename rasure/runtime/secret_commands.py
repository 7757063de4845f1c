"""`rasure secrets make` and `rasure secrets check`: the secrets of a deployment.

`rasure secrets rotate`, for a private home, is in `rasure.operations.commands`.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

VALID_DAYS = 365  # of the certificate that stands in for the force's own

secrets = typer.Typer(
    help="The passwords and keys: make and check a deployment's, rotate a home's.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(secrets, name="secrets")


@secrets.command()
def make(
    host: Annotated[str, typer.Option(help="The host name that browsers ask for.")],
    out: Annotated[Path, typer.Option(help="The folder of the secrets.")] = Path(
        "secrets"
    ),
) -> None:
    """Make every secret that the folder lacks; what is there is left as it is."""
    from rasure.runtime import secret_files

    made = secret_files.make(out, host, self_signed)
    print(f"{len(made)} secrets made in {out}")
    if secret_files.CERTIFICATE in made:
        print(
            f"The certificate is signed by itself, so browsers will warn. Replace "
            f"{out / secret_files.CERTIFICATE} and {out / secret_files.PRIVATE_KEY} by "
            "those that your force's authority gives you."
        )


@secrets.command()
def check(
    host: Annotated[
        str, typer.Option(help="The host name that the certificate must have.")
    ] = "",
    folder: Annotated[
        Path, typer.Option("--dir", help="The folder of the secrets.")
    ] = Path("secrets"),
) -> None:
    """Name each secret that is missing, unreadable, weak, a default or an example."""
    from rasure.runtime import secret_files

    names = secret_files.all_names()
    names += [name for name in secret_files.CLIENT_SECRETS if (folder / name).exists()]
    faults = secret_files.faults_of_folder(folder)
    faults += secret_files.faults(folder, names, host)
    if faults:
        raise secret_files.SecretsRefused("\n".join(faults))
    print(f"all {len(names)} secrets in {folder} are there and strong")


def self_signed(host: str) -> tuple[str, str]:
    """A certificate of `host` that it signs itself, and its private key, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host[:64])])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
    )
