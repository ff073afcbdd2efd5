"""HTTPS without a proxy: `--tls NAME` with a certificate of an ACME authority, `--tls self` with one of
this machine's own.

    names        what the site is called, and so what its certificate is for
    certificate  a private key with its certificate: reading one, and what can be asked of it
    own          a certificate that this machine signs itself
    authority    a certificate that an authority signs (RFC 8555, challenge HTTP-01)
    kept         the files in the data directory, shared by all workers that use it
    keeper       which certificate connections get, and when it is renewed
    ports        the listening sockets, and TLS on one of them
    plain        the port without TLS: the authority's challenge, and a redirect
    front        all of it together, as the server uses it
"""
