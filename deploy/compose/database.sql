-- Run by the image of PostgreSQL when it makes its cluster: a role that owns its database and nothing else.
\set password `cat /run/secrets/database_password`
CREATE ROLE tms LOGIN PASSWORD :'password';
CREATE DATABASE tms OWNER tms ENCODING 'UTF8' TEMPLATE template0;
