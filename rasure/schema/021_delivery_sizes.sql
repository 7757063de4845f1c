-- A delivery is hashed before it is read only where a file of its length came before.
create index delivery_files_bytes on ops.delivery_files (bytes);
