"""Two databases with the same data."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import Mount, OciContainer, OciModule
from nixlint.containers.oci.databases import DataDirectory, data_directory_of
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity


class OciVolumeOfTwoDatabases(Rule[OciModule]):
    """Two database servers on one volume corrupt each other's data.

    ## What it finds

    Two OCI containers of one module with the image of a database (PostgreSQL, MySQL, MariaDB, MongoDB, Redis, Valkey), that
    have the same volume, or the same folder of the host, where that database keeps its data.

    ## Why it matters

    A server holds its files for its own. A lock file keeps a second one out at best, which then never starts; the lock is
    not seen across containers by each of them, and then both write.

    ## What to do

    Give each a volume of its own, or let both programs use one server.

    ## What keeps it silent

    - Different volumes, other folders of the container, read-only mounts, and images that are no such database.
    - Containers of different modules, or under different conditions, and those that another user than root runs, who has
      volumes of their own.
    - A container with a command of its own, or with `autoStart`: it may be one that only makes backups, or an upgrade.
    - Compose files, whose services may be of profiles that are not used together.

    ## References

    - [PostgreSQL: creating a database cluster](https://www.postgresql.org/docs/current/creating-cluster.html)
    - `nixlint/data/oci_databases.json`, the images and their folders
    """

    name = "oci-volume-of-two-databases"
    code = "NL218"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    asks = (OciModule,)

    def check(self, subject: OciModule, _repository: Repository) -> Iterator[Finding]:
        """Report each volume that a database written before has too."""
        earlier: list[tuple[OciContainer, Mount]] = []
        for container in subject.containers:
            mount = _data_of(container)
            if mount is None:
                continue
            clash = next(
                ((other, taken) for other, taken in earlier if _is_shared(container, mount, other, taken)), None
            )
            if clash is not None:
                other, taken = clash
                yield Finding(
                    place=mount.text.place,
                    message=f"{container.title} keeps its data in {mount.volume.source}, as {other.title} does: two "
                    "servers on the same files destroy them",
                    help="give each a volume of its own",
                    option=f"{container.option_path}.volumes",
                    container=container.name,
                    evidence=mount.volume.source or "",
                    notes=(Note(taken.text.place, "and here"),),
                )
            earlier.append((container, mount))

    examples = (
        Bad(
            "a copied volume",
            """\
{
  virtualisation.oci-containers.containers = {
    blog-db = { image = "postgres:17"; volumes = [ "pgdata:/var/lib/postgresql/data" ]; };
    wiki-db = { image = "docker.io/library/postgres:16"; volumes = [ «"pgdata:/var/lib/postgresql/data"» ]; };
  };
}
""",
        ),
        Bad(
            "PostgreSQL 18 and its new folder",
            """\
{
  virtualisation.oci-containers.containers = {
    a = { image = "postgres:18"; volumes = [ "pg:/var/lib/postgresql" ]; };
    b = { image = "postgres:18.1-alpine"; volumes = [ «"pg:/var/lib/postgresql"» ]; };
  };
}
""",
        ),
        Good(
            "each version has a folder of its own in it",
            """\
{
  virtualisation.oci-containers.containers = {
    a = { image = "postgres:18"; volumes = [ "pg:/var/lib/postgresql" ]; };
    b = { image = "postgres:19"; volumes = [ "pg:/var/lib/postgresql" ]; };
  };
}
""",
        ),
        Good(
            "volumes of their own, and another folder",
            """\
{
  virtualisation.oci-containers.containers = {
    a = { image = "postgres:17"; volumes = [ "a:/var/lib/postgresql/data" "shared:/import" ]; };
    b = { image = "postgres:17"; volumes = [ "b:/var/lib/postgresql/data" "shared:/import" ]; };
  };
}
""",
        ),
        Good(
            "one that makes backups or an upgrade, and one that only reads",
            """\
{
  virtualisation.oci-containers.containers = {
    a = { image = "mariadb:11"; volumes = [ "/srv/a:/var/lib/mysql" ]; };
    b = { image = "mariadb:11"; volumes = [ "/srv/a:/var/lib/mysql" ]; cmd = [ "mariadb-backup" ]; };
    c = { image = "mariadb:11"; volumes = [ "/srv/a:/var/lib/mysql:ro" ]; };
    d = { image = "mariadb:12"; volumes = [ "/srv/a:/var/lib/mysql" ]; autoStart = false; };
  };
}
""",
        ),
        Good(
            "another user's volume of that name",
            """\
{
  virtualisation.oci-containers.containers = {
    a = { image = "mongo:8"; volumes = [ "data:/data/db" ]; };
    b = { image = "mongo:8"; volumes = [ "data:/data/db" ]; podman.user = "alice"; };
  };
}
""",
        ),
        Good(
            "one or the other",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers = {
    a = lib.mkIf config.my.new { image = "postgres:17"; volumes = [ "d:/var/lib/postgresql/data" ]; };
    b = lib.mkIf config.my.old { image = "postgres:16"; volumes = [ "d:/var/lib/postgresql/data" ]; };
  };
}
""",
        ),
    )


def _data_of(container: OciContainer) -> Mount | None:
    """What a database has where it keeps its data, if it may write there and runs nothing but its server."""
    directory = _directory_of(container)
    if directory is None or container.may_be_a_job or container.may_be_confined:
        return None
    return next(
        (
            mount
            for mount in container.mounts
            if mount.volume.source is not None
            and mount.text.is_known
            and not mount.text.conditions
            and mount.volume.target.rstrip("/") == directory.path
            and not mount.volume.is_read_only
        ),
        None,
    )


def _directory_of(container: OciContainer) -> DataDirectory | None:
    return None if container.image is None else data_directory_of(container.image[0])


def _is_shared(container: OciContainer, mount: Mount, other: OciContainer, taken: Mount) -> bool:
    is_same = (
        container.image is not None
        and other.image is not None
        and mount.volume.source == taken.volume.source
        and _directory_of(container) == _directory_of(other)
    )
    return is_same and (container.exists_whenever(other) or other.exists_whenever(container))
