package knowledge

import (
	"testing"

	"firstmile/agents/dbt"
)

func TestSoundsPersonal(t *testing.T) {
	for name, want := range map[string]bool{
		"email": true, "billing_email": true, "email_address": true, "emailAddress": true, "contact_phone": true, "phone_number": true, "street": true, "shipping_address": true,
		"address_line_1": true, "birth_date": true, "date_of_birth": true, "dob": true, "ip": true, "ip_address": true, "iban": true, "ssn": true, "first_name": true, "user_name": true,
		"username": true, "employee_name": true,
		"is_email_verified": false, "customer_name": false, "product_name": false, "supplier_name": false, "company_name": false, "name": false, "contact_channel": false,
		"ship_to_country": false, "order_date": false, "mailing_list": false, "email_campaign": false, "address_country": false, "trip": false,
	} {
		if got := soundsPersonal(dbt.Column{Name: name}); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
