package web

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// guard refuses requests for a name that is not ours, and sets the headers that keep the page to itself: no
// script, style or connection but its own and the API's, no frame around it, no copy kept.
func guard(hosts []string, policy string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !allowedHost(r.Host, hosts) {
			http.Error(w, "This page answers only under its own name. Open it as printed at the start.", http.StatusMisdirectedRequest)
			return
		}
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// sameOriginOnly lets a request through only if the page itself made it. Browsers state that in Sec-Fetch-Site, and in
// Origin where they send one; a request with neither comes from no browser, so from no foreign page.
func sameOriginOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site := r.Header.Get("Sec-Fetch-Site")
		if (site != "" && site != "same-origin") || !sameOrigin(r.Header.Get("Origin"), r.Host) {
			http.Error(w, "only the workspace's own page may ask for this", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func sameOrigin(origin, host string) bool {
	if origin == "" {
		return true
	}
	parsed, err := url.Parse(origin)
	return err == nil && strings.EqualFold(parsed.Host, host)
}

func allowedHost(hostport string, more []string) bool {
	host := hostport
	if name, _, err := net.SplitHostPort(hostport); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return true
	}
	return host == "localhost" || slices.ContainsFunc(more, func(one string) bool { return strings.EqualFold(one, host) })
}

// contentPolicy is the Content-Security-Policy for a page whose API is at base. Pictures come as blobs fetched with a
// token, so img-src names no host.
func contentPolicy(base string) (string, error) {
	parsed, err := url.Parse(base)
	if err != nil || (parsed.Host == "" && !strings.HasPrefix(base, "/")) {
		return "", fmt.Errorf("web page: API base %q is neither an address nor a path", base)
	}
	connect := "'self'"
	if parsed.Host != "" {
		socket := map[string]string{"http": "ws", "https": "wss"}[parsed.Scheme]
		if socket == "" {
			return "", fmt.Errorf("web page: API base %q is not http or https", base)
		}
		connect += fmt.Sprintf(" %s://%s %s://%s", parsed.Scheme, parsed.Host, socket, parsed.Host)
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:", "connect-src " + connect,
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
		"require-trusted-types-for 'script'", "trusted-types 'none'",
	}, "; "), nil
}
