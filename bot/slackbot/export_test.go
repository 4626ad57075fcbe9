package slackbot

// Needs lets tests compare the calls that are made with the scopes that are asked for.
var Needs = needs
