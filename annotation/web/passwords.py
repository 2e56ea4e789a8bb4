"""One's own password: the first one was chosen by whoever made the account."""

from django.contrib.auth.views import PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.urls import reverse_lazy


class PasswordView(SuccessMessageMixin, PasswordChangeView):  # type: ignore[type-arg]
    """Change one's password; other sessions of the account end."""

    template_name = "annotation/password.html"
    success_url = reverse_lazy("home")
    success_message = "The password is changed."
