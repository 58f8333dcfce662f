"""Pages of the desk."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from library.loans import services
from library.loans.models import Loan
from library.loans.selectors import overdue


@login_required
@require_POST
def lend(request: HttpRequest) -> HttpResponse:
    """Lend a copy, or say why not."""
    try:
        services.lend(request.POST["isbn"], request.POST["card"], date.today())
    except services.CannotLendError as error:
        return render(request, "loans/refused.html", {"why": error}, status=409)
    send_mail("Your loan", "Enjoy your book!", "desk@library.example", [request.user.email])
    return HttpResponseRedirect("/loans/late/")


def late(request: HttpRequest) -> HttpResponse:
    """What should be back by now."""
    return render(
        request, "loans/late.html", {"loans": overdue(date.today()), "out": Loan.objects.filter(returned=None).count()}
    )
