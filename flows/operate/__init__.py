"""What `make ui` runs beside the server and the worker: deployments, alerts, recovery, and a server of reports.

    dataset_file     datasets.toml -> one deployment for each dataset                                  (no Prefect)
    declarations     prefect.yaml and datasets.toml -> what each deployment is to be
    deployments      declarations -> the server; edits made on the page stay
    alerts           automations that are off until a block named `kliping-alerts` says where to send
    recovery         after a power loss: runs marked as crashed, late runs collapsed to one a deployment
    prefect_server   Prefect's server, with transactions that wait for each other on SQLite
    child_process    the server and the worker as processes that are started again where they die  (no Prefect)
    local_ports      ports on loopback that are free                                                (no Prefect)
    page_policy      the server's pages -> pages that ask no other host                                (no Prefect)
    report_server    report.html and index.html of datasets under the roots, on loopback               (no Prefect)

Each function returns sentences for the operator; flows/serve.py prints them. Nothing here publishes.
"""
