"""Reports and alerts by email, from the YAML files of `superset/reports/`.

`definitions` reads and checks the files. `applying` puts them into Superset. `service`
runs all the time and starts `execute` for each report that is due; Superset itself
makes and sends it. `config` holds the settings that `execute` needs and the web server
does not have: there, nobody can make a report by hand.
"""
