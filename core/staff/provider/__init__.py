"""Sign-in by a provider of identities: OpenID Connect 1.0, authorization code with PKCE."""
