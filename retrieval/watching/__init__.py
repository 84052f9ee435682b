"""Feeds and folders that are followed.

Files, in import order:

    schedule       when feeds are polled, and pages fetched, retried and checked
    pages          what feeds offer, from the first fetch to later checks
    subscriptions  the feeds that each library follows
    queue          feeds to be polled and pages to be fetched, in SQLite
    page_checks    whether a page holds what its feed announces
    folders        a folder read once, and again after every change
    watcher        polls feeds, fetches pages, follows folders, and indexes what is new
"""
