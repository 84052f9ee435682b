"""Where articles come from: files, pages and feeds → articles.

Files, in import order:

    addresses    connections to the public internet only, ended in time
    documents    the bytes of a page, PDF or Word document → an article
    sandbox      documents read in a process of their own
    files        files and folders → articles
    feed_parser  the bytes of a feed, parsed within limits
    feeds        the bytes of an RSS or Atom feed → its entries
    http         what is at an address, fetched within limits
    pages        the article at an address
    robots       which addresses robots.txt allows (RFC 9309)
"""
