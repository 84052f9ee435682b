"""The front end on Discord.

Handlers of commands, buttons and messages get what they need from the context, so only `client`
knows the connection to Discord. Files in import order; each imports only files above it:

    application  the application on Discord: its token and its invitation link
    rate_limit   how many questions a minute a person or a server may ask
    pool         blocking work in a bounded number of threads
    retries      requests sent again after a broken connection
    store        what the bot remembers: answers, feedback, servers' settings
    text         what is sent: Markdown and embeds within Discord's limits
    libraries    the libraries that a server may read, opened when needed
    recall       the quotes of an earlier answer, as they stand now
    records      feedback and changed quotes, as lines and as JSON for the command line
    context      what handlers share: store, libraries, pools, limits, settings
    replies      where an answer is sent, and what is said if there is none
    permissions  who may ask, and who may feed
    suggestions  what Discord offers while an option is typed
    request      what was asked, by whom, where, and from which articles
    components   the menu and the buttons below an answer
    paging       the buttons between the pages of a list
    ask          /ask: a question answered, shown and kept
    quotes       /quotes and /who
    check        the message menu's "Check against the articles"
    share        the Share button below a private answer
    attachments  files attached to a command, saved to disk
    articles     /articles: add, list, remove, reindex
    feeds        /feeds: follow, list, stop following
    settings     /newsdesk settings
    commands     the command tree
    listener     which messages are questions
    client       the connection to Discord, and its events
    poller       the feeds of all libraries, polled by the bot
    health       a page on loopback that tells whether the bot is alive
    run          `newsdesk discord`, until it is stopped
    doctor       what `newsdesk doctor` finds about the bot
"""
