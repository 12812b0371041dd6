-- Both databases and their users; change the passwords, and keep them in ccm.env.
CREATE USER ccm PASSWORD 'CHANGE-ME';
CREATE DATABASE ccm OWNER ccm;
CREATE USER prefect PASSWORD 'CHANGE-ME';
CREATE DATABASE prefect OWNER prefect;
