"""Feeds and folders that are followed.

Files, in import order:

    queue    feeds to be polled and pages to be fetched, in SQLite
    watcher  polls feeds, fetches pages, follows folders, and indexes what is new
"""
