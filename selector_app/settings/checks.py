"""What production settings must not be. Importable without Django, and tested without starting a site."""

MIN_SECRET_LENGTH = 50
MIN_SECRET_CHARACTERS = 10


def list_risks(*, secret_key: str, allowed_hosts: list[str], debug: str) -> list[str]:
    """Return one sentence per setting that is unsafe in production, each saying what to do."""
    risks = []
    if not secret_key:
        risks.append(
            "SECRET_KEY is not set. Make one with: "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    elif len(secret_key) < MIN_SECRET_LENGTH or len(set(secret_key)) < MIN_SECRET_CHARACTERS:
        risks.append(
            f"SECRET_KEY is too easy to guess: {len(secret_key)} characters, {len(set(secret_key))} "
            f"different ones; at least {MIN_SECRET_LENGTH} and {MIN_SECRET_CHARACTERS} are needed."
        )
    elif any(word in secret_key.lower() for word in ("development", "insecure", "change-me", "changeme")):
        risks.append("SECRET_KEY is an example value; make one of your own.")
    if not allowed_hosts:
        risks.append("ALLOWED_HOSTS is empty. Name the hosts of this site: ALLOWED_HOSTS=judge.example.org")
    elif any(host.strip() == "*" for host in allowed_hosts):
        risks.append("ALLOWED_HOSTS is «*», which lets anybody forge this site's links. Name its hosts.")
    if debug.lower() not in ("", "0", "false", "no"):
        risks.append(f"DEBUG is «{debug}», which shows settings and texts to visitors. Remove it.")
    return risks
