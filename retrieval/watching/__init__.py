"""Feeds and folders that are followed.

    queue    feeds to be polled and pages to be fetched, in SQLite
    watcher  polls feeds, fetches pages, follows folders, and indexes what is new
"""
