"""Thin Prefect shells around the pipeline: the only place that imports Prefect."""
